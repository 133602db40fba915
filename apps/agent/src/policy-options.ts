import { readAllowedGroups } from '@postern/kube';
import type { AgentPolicy } from '@postern/tunnel';
import { Option } from 'commander';
import type { Policy } from './serve/operator-policy.ts';
import { exitRefused, UserError } from './user-error.ts';

/** The options about what the agent allows, as on the command line. */
export interface PolicyOptions {
  readOnly?: boolean;
  allowGroups?: string;
  allowImpersonation?: boolean;
  namespaces?: string;
  allowProxy?: boolean;
}

export const policyOptions: readonly Option[] = [
  new Option('--read-only', 'allow only get, list and watch'),
  new Option('--allow-groups <names>', 'groups that may be impersonated besides the levels: a,b or prefix*'),
  new Option('--allow-impersonation', "let people act as users that are not Postern's (kubectl --as)"),
  new Option('--namespaces <names>', 'limit everything to these namespaces: a,b'),
  new Option('--allow-proxy', 'allow the proxies to pods and services (never to nodes)'),
];

/** The same options as environment variables; those without a value are `true`. */
export const policyVariables = {
  readOnly: 'POSTERN_READ_ONLY',
  allowGroups: 'POSTERN_ALLOWED_GROUPS',
  allowImpersonation: 'POSTERN_ALLOW_IMPERSONATION',
  namespaces: 'POSTERN_ALLOWED_NAMESPACES',
  allowProxy: 'POSTERN_ALLOW_PROXY',
} as const;

const namespaceName = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const mostNamespaces = 256;

/**
 * Reads what the operator allows. A value that is not understood is an error, never ignored: the agent would allow more than
 * its operator meant. @throws {UserError} with exit code 2.
 */
export function readPolicy(options: PolicyOptions, env: NodeJS.ProcessEnv): AgentPolicy {
  const isOn = (name: 'readOnly' | 'allowImpersonation' | 'allowProxy'): boolean => {
    const value = env[policyVariables[name]]?.trim() || 'false';
    if (value !== 'true' && value !== 'false')
      throw usage(`${policyVariables[name]} is true or false, not "${value}".`);
    return options[name] ?? value === 'true';
  };
  const list = (name: 'allowGroups' | 'namespaces'): string[] | undefined =>
    listOf(options[name] ?? (env[policyVariables[name]] || undefined));
  const allowedGroups = list('allowGroups') ?? [];
  const { refused } = readAllowedGroups(allowedGroups);
  if (refused !== undefined) throw usage(refused);
  const namespaces = list('namespaces') ?? null;
  if (namespaces !== null) checkNamespaces(namespaces);
  return {
    readOnly: isOn('readOnly'),
    allowedGroups,
    allowImpersonation: isOn('allowImpersonation'),
    namespaces,
    allowProxy: isOn('allowProxy'),
  };
}

function checkNamespaces(namespaces: readonly string[]): void {
  const wrong = namespaces.find((name) => !namespaceName.test(name));
  if (wrong !== undefined) throw usage(`"${wrong}" is not the name of a namespace.`);
  if (namespaces.length === 0 || namespaces.length > mostNamespaces) {
    throw usage(`--namespaces takes 1 to ${mostNamespaces} names.`);
  }
}

function listOf(text: string | undefined): string[] | undefined {
  if (text === undefined) return undefined;
  const entries = text.split(',').map((entry) => entry.trim());
  return [...new Set(entries.filter((entry) => entry !== ''))];
}

/** The policy in the form in which requests are checked. @throws Error if its groups were not checked by `readPolicy`. */
export function enforced(policy: AgentPolicy): Policy {
  const { groups, refused } = readAllowedGroups(policy.allowedGroups);
  if (groups === undefined) throw new Error(refused);
  return {
    readOnly: policy.readOnly,
    identities: { groups, impersonation: policy.allowImpersonation },
    namespaces: policy.namespaces === null ? null : new Set(policy.namespaces),
    allowProxy: policy.allowProxy,
  };
}

function usage(message: string): UserError {
  return new UserError(message, { exitCode: exitRefused });
}

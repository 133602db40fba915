import { type ManifestPolicy, readAllowedGroups } from '@postern/kube';
import { parseUntrusted } from '@postern/tunnel';
import { z } from 'zod';
import { ApiError } from '../http/api-error.ts';

const flag = z.enum(['true', 'false']).transform((value) => value === 'true');
const list = z
  .string()
  .max(4_096)
  .transform((text) => text.split(','));
const namespace = z.string().regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/);

/** The query of the install manifest: what the operator lets the agent do. */
const ManifestQuery = z.strictObject({
  'read-only': flag.optional(),
  'allow-groups': list
    .refine((names) => names.every((name) => !name.endsWith('*')))
    .refine((names) => readAllowedGroups(names).groups !== undefined)
    .optional(),
  'allow-impersonation': flag.optional(),
  namespaces: list.pipe(z.array(namespace).min(1).max(256)).optional(),
  'allow-proxy': flag.optional(),
});

const known = Object.keys(ManifestQuery.shape);

/**
 * Reads what the operator lets the agent do from the query of the install manifest. Nothing is guessed: a misspelt restriction
 * must not become an agent without it. @throws {ApiError} 400 that names the parameter.
 */
export function readManifestPolicy(query: unknown): ManifestPolicy {
  const parsed = parseUntrusted(ManifestQuery, query ?? {});
  if (!parsed.success) {
    const names = parsed.error.issues.flatMap((issue) =>
      issue.code === 'unrecognized_keys' ? issue.keys : [String(issue.path[0])],
    );
    throw new ApiError(
      'invalid-request',
      `Missing or invalid: ${[...new Set(names)].slice(0, 10).join(', ')}. The manifest takes ${known.join(', ')}; allow-groups and namespaces are full names, separated by commas.`,
    );
  }
  const { data } = parsed;
  return {
    readOnly: data['read-only'],
    allowGroups: data['allow-groups'],
    allowImpersonation: data['allow-impersonation'],
    namespaces: data.namespaces,
    allowProxy: data['allow-proxy'],
  };
}

import { generateAgentKey, parseUntrusted } from '@postern/tunnel';
import { z } from 'zod';
import type { GatewayAnswer, GatewayConnector } from '../gateway/connector.ts';
import { exitRefused, UserError } from '../user-error.ts';
import { version } from '../version.ts';
import { hashJoinToken, type Identity } from './identity.ts';

/** The fields of the gateway's response that the agent uses. */
const Enrolled = z.object({
  agentId: z.string().min(1).max(200),
  clusterId: z.string().min(1).max(200),
  clusterName: z.string().max(200),
  organization: z.string().max(200),
  tunnelUrls: z
    .array(z.url({ protocol: /^wss$/ }))
    .min(1)
    .max(16),
});

const ErrorBody = z.object({ error: z.object({ code: z.string(), message: z.string() }) });

export interface Enrolment {
  gatewayUrl: string;
  joinToken: string;
  instance: string;
  location: 'in-cluster' | 'outside';
}

/** The gateway cannot be reached or cannot respond now; the same token can be tried again. */
export class EnrolmentDelayed extends Error {
  override readonly name = 'EnrolmentDelayed';
}

/**
 * Exchanges a join token for an identity with a new key; only the public key is sent to the gateway.
 * @throws {UserError} with exit code 2 if the token is refused. @throws {EnrolmentDelayed} if trying again may help.
 */
export async function enrol(connector: GatewayConnector, enrolment: Enrolment): Promise<Identity> {
  const { gatewayUrl, joinToken, instance, location } = enrolment;
  const { publicKeyPem, privateKeyPem } = generateAgentKey();
  let answer: GatewayAnswer;
  try {
    answer = await connector.post(new URL('/api/v1/agents/enroll', gatewayUrl), {
      bearer: joinToken,
      body: { publicKey: publicKeyPem, version, instance, location },
    });
  } catch (cause) {
    throw new EnrolmentDelayed(unreachable(gatewayUrl, cause), { cause });
  }
  const body = parse(answer.body);
  if (answer.status !== 201) throw refusal(answer.status, { gatewayUrl, body });
  const enrolled = parseUntrusted(Enrolled, body);
  if (!enrolled.success) {
    throw new UserError(`${gatewayUrl} answered the enrolment with something this agent (${version}) does not know.`);
  }
  return {
    version: 1,
    ...enrolled.data,
    gatewayUrl,
    privateKey: privateKeyPem,
    joinTokenHash: hashJoinToken(joinToken),
  };
}

const mend = 'Make a new one with `postern cluster install-command NAME` or on the cluster’s page.';

function refusal(status: number, { gatewayUrl, body }: { gatewayUrl: string; body: unknown }): Error {
  const said = parseUntrusted(ErrorBody, body).data?.error;
  const refused = (message: string): UserError => new UserError(message, { exitCode: exitRefused });
  if (status === 401)
    return refused(`The join token is not valid: it is mistyped, was replaced or belongs elsewhere. ${mend}`);
  if (status === 409) return refused(`The join token was used before; each works once. ${mend}`);
  if (status === 410) return refused(`The join token has expired. ${mend}`);
  if (status === 429 || status >= 500) {
    return new EnrolmentDelayed(`${gatewayUrl} cannot enrol an agent now (status ${status}).`);
  }
  if (said === undefined) {
    return refused(`${gatewayUrl} is not a Postern gateway (it answered ${status}). Check --url.`);
  }
  return refused(`${gatewayUrl} refused to enrol this agent: ${said.message}`);
}

function unreachable(gatewayUrl: string, cause: unknown): string {
  const { code = '', message = '' } = cause as { code?: string; message?: string };
  if (/CERT|SELF_SIGNED|UNABLE_TO_/.test(code)) {
    return `${gatewayUrl} showed a certificate that is not trusted (${code}); nothing was sent to it. Check --ca-file.`;
  }
  return `${gatewayUrl} cannot be reached (${code || message}).`;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

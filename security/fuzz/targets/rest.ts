import { type OperationId, operations } from '@postern/contracts';
import { concurrently } from '../concurrently.ts';
import { mutatedJsonText, mutateText } from '../mutate.ts';
import type { Random } from '../random.ts';
import { type ListenerTarget, printable } from '../target.ts';

interface Call {
  method: string;
  path: string;
  body: string | undefined;
  contentType: string;
  token: 'attacker' | 'join' | 'wrong' | 'none';
}

const assertion = {
  id: 'AAAA',
  rawId: 'AAAA',
  type: 'public-key',
  response: { clientDataJSON: 'e30', authenticatorData: 'AAAA', signature: 'AAAA' },
};

/** A body of the right shape for each operation. */
const bodies: Partial<Record<OperationId, unknown>> = {
  signUp: {
    email: 'a@example.com',
    password: 'short',
    organization: 'acme',
    token: { name: 'cli', expiresInSeconds: 600 },
  },
  signIn: { email: 'a@example.com', password: '', token: { name: 'cli', expiresInSeconds: 600 } },
  createCluster: { name: 'prod', labels: { env: 'test', 'example.com/team': 'a' } },
  updateCluster: { labels: { env: 'test' }, recording: { mode: 'required', input: true } },
  updateRecordingSettings: { retentionDays: 30 },
  createKubeconfig: { mode: 'token', expiresInSeconds: 600 },
  createToken: { name: 'cli', expiresInSeconds: 600 },
  completeSignIn: { code: '123 456', challenge: 'A'.repeat(43), token: { name: 'cli', expiresInSeconds: 600 } },
  signUpInvited: { secret: 'postern_invite_x', password: 'short', token: { name: 'cli', expiresInSeconds: 600 } },
  signInWithPasskey: { passkey: assertion },
  requestPasswordReset: { email: 'a@example.com' },
  resetPassword: { secret: 'A'.repeat(43), password: 'short' },
  confirmEmail: { secret: 'A'.repeat(43) },
  updateAccount: { name: 'Ada' },
  changeEmail: { email: 'b@example.com' },
  changePassword: { currentPassword: 'x', newPassword: 'short' },
  stepUp: { passkey: assertion },
  confirmTotp: { code: '123456' },
  createPasskey: {
    name: 'key',
    attestation: { ...assertion, response: { clientDataJSON: 'e30', attestationObject: 'oA' } },
  },
  updatePasskey: { name: 'key' },
  updateOrganizationSecurity: { requireSecondFactor: false },
  updateAuditSettings: { retentionDays: 400 },
  updateClusterAudit: { mode: 'fail-open' },
  createAuditWebhook: { url: 'https://192.0.2.1/' },
  startOidc: { organization: 'nobody' },
  completeOidc: { response: 'code=x&state=x' },
  setOidc: { issuer: 'https://192.0.2.1', clientId: 'postern', clientSecret: 'x' },
  enrollAgent: { publicKey: '-----BEGIN PUBLIC KEY-----\n', version: '0.1.0', instance: 'x', location: 'outside' },
};
const ids = Object.keys(operations) as OperationId[];
/** Called without a valid credential, or the fuzzer would sign itself out. */
const endsSignIns: ReadonlySet<OperationId> = new Set(['signOut', 'revokeOtherSignIns']);
const queries = [
  '',
  '',
  '?limit=5',
  '?cursor=abc',
  '?limit=5&kind=exec',
  '?limit=5&limit=6',
  '?__proto__=x',
  '?cluster=prod',
];

function make(random: Random): Call {
  const id = random.pick(ids);
  const { method, path } = operations[id];
  const segment = (value: string): string =>
    random.chance(0.75) ? value : encodeURIComponent(mutateText(random, value).toWellFormed());
  const filled = path
    .replace('{organization}', segment('attacker'))
    .replace('{cluster}', segment('none'))
    // Whatever else a path names does not exist.
    .replaceAll(/\{\w+\}/g, () => segment('0190aaaa-0000-7000-8000-000000000001'));
  const query = random.chance(0.7) ? random.pick(queries) : `?${mutateText(random, 'limit=5&cursor=abc')}`;
  const raw = `/api/v1${filled}${id === 'listSessions' || random.chance(0.1) ? query : ''}`;
  const template = bodies[id];
  const hasBody = template !== undefined || random.chance(0.1);
  return {
    method,
    // Node's client sends no other characters; the HTTP targets cover those.
    path: raw.replaceAll(/[^\x21-\x7e]/g, '%'),
    body: hasBody ? mutatedJsonText(random, template ?? {}) : undefined,
    contentType: random.chance(0.95)
      ? 'application/json'
      : random.pick(['text/plain', 'application/x-www-form-urlencoded', 'application/json;charset=utf-16', '']),
    token: endsSignIns.has(id)
      ? 'wrong'
      : id === 'enrollAgent'
        ? 'join'
        : random.chance(0.9)
          ? 'attacker'
          : random.pick(['wrong', 'none']),
  };
}

/** Every operation of the REST API, with mutated parameters, queries and bodies. None may be answered with 500. */
export const rest: ListenerTarget<Call> = {
  kind: 'listener',
  name: 'rest',
  tls: false,
  weight: 5,
  batch: 500,
  make,
  describe: (call) => `${call.method} ${call.path} as ${call.token}: ${printable(call.body ?? '')}`,
  open: async ({ rest: client, attacker }) => {
    const { joining } = await client.createCluster(attacker, 'enrolling');
    const tokens = {
      attacker: attacker.token,
      join: joining.joinToken,
      wrong: `postern_${'0'.repeat(32)}_x`,
      none: undefined,
    };
    return {
      send: (cases) =>
        concurrently(cases, 12, async (call) => {
          const { method, path, body, contentType } = call;
          const headers: Record<string, string> = contentType === '' ? {} : { 'content-type': contentType };
          const reply = await client.ask(method, path, { token: tokens[call.token], body, headers });
          if (reply.status >= 500) throw new Error(`answered ${reply.status}: ${rest.describe(call)}`);
        }),
      close: () => {},
    };
  },
};

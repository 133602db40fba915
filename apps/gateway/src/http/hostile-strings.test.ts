import { type OperationId, type Route, routes } from '@postern/contracts';
import { generateAgentKey } from '@postern/tunnel';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GatewayHarness, type Person, password, startGatewayHarness } from '../test/gateway-harness.ts';
import { assertion, attestation } from '../test/passkey-bodies.ts';
import { routePath } from '../test/route-path.ts';

let harness: GatewayHarness;
let ada: Person;
let joinToken: string;

beforeAll(async () => {
  harness = await startGatewayHarness();
  ada = await harness.signUp('ada');
  ({
    joining: { joinToken },
  } = await harness.createCluster(ada, 'prod'));
});
afterAll(() => harness.stop());

const token = { name: 'a token', expiresInSeconds: 60 };

/** A body for each operation that takes one, with a value in every string field. */
const bodies: Partial<Record<OperationId, object>> = {
  signUp: { email: 'grace@example.com', password, organization: 'Grace', token },
  signIn: { email: 'ada@example.com', password, token },
  createCluster: { name: 'new', labels: { team: 'core' } },
  updateCluster: { labels: { team: 'core' }, recording: { mode: 'off', input: false } },
  updateRecordingSettings: { retentionDays: 30 },
  createKubeconfig: { mode: 'token', expiresInSeconds: 60 },
  createToken: { name: 'ci', expiresInSeconds: 60, scopes: ['cluster:use'] },
  grantAccess: {
    user: 'ada@example.com',
    cluster: 'prod',
    level: 'viewer',
    groups: ['dev'],
    namespaces: ['shop'],
    expiresInSeconds: 60,
    reason: 'a release',
  },
  requestAccess: { cluster: 'prod', level: 'viewer', namespaces: ['shop'], reason: 'a release' },
  approveAccessRequest: { level: 'viewer', note: 'for now' },
  denyAccessRequest: { note: 'not now' },
  createOrganization: { name: 'Another' },
  updateOrganization: { name: 'Another' },
  updateMember: { role: 'member' },
  inviteMember: { email: 'grace@example.com', role: 'member', teams: ['ops'] },
  readInvitation: { secret: 'postern_invite_x' },
  acceptInvitation: { secret: 'postern_invite_x' },
  signUpInvited: { secret: 'postern_invite_x', password, name: 'Ada', token },
  createTeam: { name: 'Operations', slug: 'ops' },
  updateTeam: { name: 'Operations' },
  addTeamMember: { user: 'ada@example.com' },
  createServiceAccount: { name: 'ci', description: 'the pipeline' },
  createServiceAccountToken: { name: 'ci', expiresInSeconds: 60, scopes: ['cluster:use'] },
  completeSignIn: { passkey: assertion(), challenge: 'A'.repeat(43), token },
  signInWithPasskey: { passkey: assertion() },
  requestPasswordReset: { email: 'ada@example.com' },
  resetPassword: { secret: 'A'.repeat(43), password },
  confirmEmail: { secret: 'A'.repeat(43) },
  updateAccount: { name: 'Ada' },
  changeEmail: { email: 'other@example.com' },
  changePassword: { currentPassword: 'not it', newPassword: password },
  stepUp: { code: '123456' },
  confirmTotp: { code: '123456' },
  createPasskey: { name: 'key', attestation: attestation() },
  updatePasskey: { name: 'key' },
  updateOrganizationSecurity: { requireSecondFactor: false },
  updateAuditSettings: { retentionDays: 400 },
  updateClusterAudit: { mode: 'fail-open' },
  createAuditWebhook: { url: 'https://192.0.2.1/' },
  startOidc: { organization: 'nobody' },
  completeOidc: { response: 'code=x&state=x' },
  setOidc: { issuer: 'https://192.0.2.1', clientId: 'postern', clientSecret: 'x' },
  enrollAgent: {
    publicKey: generateAgentKey().publicKeyPem,
    version: '0.1.0',
    instance: 'pod-1',
    location: 'outside',
  },
};

/** Paths of the strings in a value. */
function stringsIn(value: unknown, path: string[] = []): string[][] {
  if (typeof value === 'string') return [path];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => stringsIn(inner, [...path, key]));
}

function replaced(value: unknown, [key, ...rest]: string[], by: (old: string) => unknown): unknown {
  if (key === undefined) return by(String(value));
  if (Array.isArray(value)) return value.with(Number(key), replaced(value[Number(key)], rest, by));
  const record = value as Record<string, unknown>;
  return { ...record, [key]: replaced(record[key], rest, by) };
}

const hostile = ['\u0000', '\u0001', '\u001b', '\u007f', '\u0085', '\u2028', '\ud800', '\udfff'];
const shapes: ((text: string, character: string) => string)[] = [
  (text, character) => `${text}${character}`,
  (text, character) => `${character}${text}`,
  (text, character) => `${text.slice(0, 3)}${character}${text.slice(3)}`,
];

function ask(route: Route, body: unknown) {
  const path = routePath(route, { organization: 'ada', cluster: 'prod' });
  const credential = route.access === 'join-token' ? joinToken : route.access === 'public' ? undefined : ada.token;
  return harness.ask(route.method, path, { token: credential, body: JSON.stringify(body) });
}

const cases = Object.entries(bodies).flatMap(([operation, body]) =>
  stringsIn(body).map((path): [string, string[], object] => [operation, path, body]),
);

describe('characters that no database, log or terminal should get', () => {
  it('are tested in the body of every operation that has one', () => {
    const withBody = Object.entries<Route>(routes).filter(([, { body }]) => body !== undefined);
    expect(Object.keys(bodies).sort()).toEqual(withBody.map(([name]) => name).sort());
  });

  it.each(cases)('are refused by %s in %j, and the field is named', async (operation, path, body) => {
    for (const character of hostile)
      for (const shape of shapes) {
        const sent = replaced(body, path, (text) => shape(text, character));
        const reply = await ask(routes[operation as OperationId], sent);
        expect([JSON.stringify(character), reply.status, reply.json.error.fields?.[0].path]).toEqual([
          JSON.stringify(character),
          400,
          path.join('.'),
        ]);
      }
  });

  it.each(cases)('and objects in place of strings are refused by %s in %j', async (operation, path, body) => {
    for (const odd of [{ toString: 1, valueOf: 1 }, { length: { toString: 1, valueOf: 1 } }, { length: -1 }, {}]) {
      const reply = await ask(
        routes[operation as OperationId],
        replaced(body, path, () => odd),
      );
      expect([JSON.stringify(odd), reply.status]).toEqual([JSON.stringify(odd), 400]);
    }
  });

  it('are refused in the name of a label', async () => {
    for (const character of hostile) {
      const reply = await ask(routes.updateCluster, { labels: { [`a${character}`]: 'x' } });
      expect(reply).toMatchObject({ status: 400, json: { error: { fields: [{ path: `labels.a${character}` }] } } });
    }
  });

  it('are refused in a query and match nothing in a path', async () => {
    for (const text of ['%00', '%01', '%1b', '%c2%85', '%e2%80%a8', '%ed%a0%80']) {
      const sessions = `/api/v1/organizations/ada/sessions`;
      for (const field of ['cursor', 'cluster', 'kind', 'active', 'limit']) {
        const reply = await harness.ask('GET', `${sessions}?${field}=${text}`, { token: ada.token });
        expect([field, text, reply.status]).toEqual([field, text, 400]);
      }
      for (const path of [`ada${text}/clusters`, `ada/clusters/prod${text}`, `ada/clusters/${text}`]) {
        const reply = await harness.ask('GET', `/api/v1/organizations/${path}`, { token: ada.token });
        expect([400, 404]).toContain(reply.status);
      }
    }
  });

  it('cause no internal error', () => {
    expect(harness.log.filter((line) => JSON.parse(line).level >= 50)).toEqual([]);
  });
});

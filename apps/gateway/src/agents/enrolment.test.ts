import { execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { promisify } from 'node:util';
import { generateAgentKey } from '@postern/tunnel';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GatewayHarness, type Person, startGatewayHarness } from '../test/gateway-harness.ts';

let harness: GatewayHarness;
let ada: Person;

beforeAll(async () => {
  harness = await startGatewayHarness();
  ada = await harness.signUp('ada');
});
afterAll(() => harness.stop());

let turn = 0;
async function newCluster(): Promise<{ name: string; joinToken: string; id: string; installCommand: string }> {
  turn += 1;
  const { cluster, joining } = await harness.createCluster(ada, `c${turn}`);
  return { name: cluster.name, id: cluster.id, joinToken: joining.joinToken, installCommand: joining.installCommand };
}

const agent = (publicKey = generateAgentKey().publicKeyPem) => ({
  publicKey,
  version: '0.1.0',
  instance: 'test',
  location: 'outside',
});
const enroll = (token: string | undefined, body: unknown = agent()) =>
  harness.ask('POST', '/api/v1/agents/enroll', { token, body });

const codeOf = async (reply: Promise<{ status: number; json: { error?: { code: string } } }>) => {
  const { status, json } = await reply;
  return `${status} ${json.error?.code ?? 'fine'}`;
};

describe('a join token', () => {
  it('enrols one agent, even if it is used twenty times at once', async () => {
    const { joinToken, id } = await newCluster();
    const replies = await Promise.all(Array.from({ length: 20 }, () => codeOf(enroll(joinToken))));
    expect(replies.toSorted()).toEqual(['201 fine', ...Array(19).fill('409 join-token-used')]);
    const { rows } = await harness.database.run(`SELECT * FROM agents WHERE cluster_id = '${id}'`);
    expect(rows).toHaveLength(1);
    expect(await codeOf(enroll(joinToken))).toBe('409 join-token-used');
    expect(await codeOf(harness.ask('GET', '/install.yaml', { token: joinToken }))).toBe('409 join-token-used');
    expect(harness.log.some((line) => line.includes('a join token was shown again after its use'))).toBe(true);
  });

  it('stays unused when the key is refused', async () => {
    const { joinToken } = await newCluster();
    const { publicKey: rsa } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const { publicKey: ec } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const pem = (key: typeof rsa) => key.export({ type: 'spki', format: 'pem' }).toString();
    const refused = [
      pem(ec),
      generateAgentKey().privateKeyPem,
      'PUBLIC KEY',
      '',
      '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----',
    ];
    for (const key of [...refused, pem(rsa)]) {
      const reply = await enroll(joinToken, agent(key));
      expect([reply.status, reply.json.error.fields[0].path]).toEqual([400, 'publicKey']);
    }
    expect((await enroll(joinToken)).status).toBe(201);
  });

  it('is refused in another place, in another form, or with a wrong character', async () => {
    const { joinToken } = await newCluster();
    const wrong = [
      undefined,
      '',
      joinToken.slice(0, -1),
      `${joinToken.slice(0, -1)}_`,
      joinToken.replace('_join', ''),
      ada.token,
    ];
    for (const token of wrong) expect(await codeOf(enroll(token)), token).toBe('401 unauthenticated');
    expect(await codeOf(harness.ask('POST', `/api/v1/agents/enroll?token=${joinToken}`, { body: agent() }))).toBe(
      '401 unauthenticated',
    );
    expect(await codeOf(harness.ask('GET', `/install.yaml?token=${joinToken}`))).toBe('401 unauthenticated');
    const cookie = `__Host-postern_access=${joinToken}`;
    expect(await codeOf(harness.ask('POST', '/api/v1/agents/enroll', { cookie, body: agent() }))).toBe(
      '401 unauthenticated',
    );
    expect(await codeOf(harness.ask('GET', '/api/v1/auth/me', { token: joinToken }))).toBe('401 unauthenticated');
    expect((await enroll(joinToken)).status).toBe(201);
  });

  it('expires, and stops working when a newer one is created', async () => {
    const { name, id, joinToken } = await newCluster();
    const newer = await harness.ask('POST', `/api/v1/organizations/ada/clusters/${name}/join-tokens`, {
      token: ada.token,
    });
    expect(newer.status).toBe(201);
    expect(await codeOf(enroll(joinToken))).toBe('410 gone');
    await harness.database.run(`UPDATE join_tokens SET expires_at = now() WHERE cluster_id = '${id}'`);
    expect(await codeOf(enroll(newer.json.joinToken))).toBe('410 gone');
  });

  it('is invalid once its cluster is deleted', async () => {
    const { name, joinToken } = await newCluster();
    await harness.ask('DELETE', `/api/v1/organizations/ada/clusters/${name}`, { token: ada.token });
    expect(await codeOf(enroll(joinToken))).toBe('401 unauthenticated');
  });

  it('does not appear in the log or the database', async () => {
    const { joinToken } = await newCluster();
    await enroll(joinToken);
    expect(harness.log.join('')).not.toContain(joinToken.slice(-30));
    const { rows } = await harness.database.run('SELECT json_agg(join_tokens) AS all FROM join_tokens');
    expect(JSON.stringify(rows)).not.toContain(joinToken.slice(-30));
  });
});

describe('enrolling again', () => {
  it('revokes the key of the previous agent', async () => {
    const { name, id, joinToken } = await newCluster();
    await harness.enroll(joinToken);
    const { json } = await harness.ask('POST', `/api/v1/organizations/ada/clusters/${name}/join-tokens`, {
      token: ada.token,
    });
    const second = await harness.enroll(json.joinToken);
    const { rows } = await harness.database.run(
      `SELECT id, revoked_at IS NULL AS active FROM agents WHERE cluster_id = '${id}' ORDER BY id`,
    );
    expect(rows).toMatchObject([{ active: false }, { id: second.agentId, active: true }]);
  });
});

describe('the install command', () => {
  it('fetches the manifest from a shell, with a pinned key', async () => {
    const { installCommand, joinToken } = await newCluster();
    expect(installCommand).toMatch(
      /^curl -fsS -k --pinnedpubkey 'sha256\/\/[\w+/]{43}=' -H "Authorization: Bearer postern_join_\w[\w-]*" https:\/\/localhost:\d+\/install\.yaml \| kubectl apply -f -$/,
    );
    const fetching = installCommand.replace('| kubectl apply -f -', '');
    const { stdout } = await promisify(execFile)('sh', ['-c', fetching]);
    expect(stdout).toContain('kind: Deployment');
    expect(stdout).toContain(joinToken);
    const otherKey = fetching.replace(/sha256\/\/..../, 'sha256//AAAA');
    await expect(promisify(execFile)('sh', ['-c', otherKey])).rejects.toMatchObject({ code: 90 });
  });
});

describe('the install manifest', () => {
  it('gives the agent the policy in the query', async () => {
    const { joinToken: token } = await newCluster();
    const query = 'read-only=true&allow-groups=oidc:devs,postern:team:payments&namespaces=shop,web&allow-proxy=true';
    const { status, text } = await harness.ask('GET', `/install.yaml?${query}`, { token });
    expect(status).toBe(200);
    expect(text).toContain('name: POSTERN_READ_ONLY');
    expect(text).toContain('value: oidc:devs,postern:team:payments');
    expect(text).toContain('value: shop,web');
    expect(text).toContain('- postern:team:payments');
    expect(text).not.toContain('POSTERN_ALLOW_IMPERSONATION');
  });

  it.each([
    'readonly=true',
    'read-only=yes',
    'read-only',
    'read-only=true&read-only=false',
    'allow-groups=system:masters',
    'allow-groups=SYSTEM%3Amasters',
    'allow-groups=postern:team:*',
    'allow-groups=',
    'allow-groups=a%0Ab',
    'namespaces=',
    'namespaces=Shop',
    'namespaces=shop,*',
    'namespaces=a%22%0A-%20x',
    'allow-proxy=1',
    '__proto__=x',
  ])('is refused rather than guessed at: %s', async (query) => {
    const { joinToken: token } = await newCluster();
    expect(await codeOf(harness.ask('GET', `/install.yaml?${query}`, { token }))).toBe('400 invalid-request');
  });
});

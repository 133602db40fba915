import { testCertificate } from '@postern/testkit';
import { expect, it } from 'vitest';
import { fakeGateway } from '../test/gateway.ts';
import { signedInShell } from '../test/signed-in.ts';

const certificate = await testCertificate();

const id = '0f8fad5b-d9cb-469f-a165-70867728950e';
const webhook = {
  id,
  url: 'https://siem.example.com/postern',
  createdAt: '2026-11-20T12:00:00.000Z',
  deliveredSeq: 41,
  waiting: 0,
  lastDeliveredAt: '2026-11-21T11:59:00.000Z',
  failingSince: null,
  lastError: null,
  nextAttemptAt: null,
};

it('lists where the trail is sent, and how that goes', async () => {
  await using gateway = await fakeGateway(certificate);
  using terminal = await signedInShell(gateway);
  const failing = { ...webhook, waiting: 7, failingSince: '2026-11-21T10:00:00.000Z', lastError: 'refused\u001b[2J' };
  gateway.answers.listAuditWebhooks = () => [200, { items: [webhook, failing] }];
  const { code, out } = await terminal.run('audit webhook list');
  expect(code).toBe(0);
  const [head, first, second] = out.split('\n');
  expect(head).toMatch(/^ID +URL +LAST DELIVERY +WAITING +STATE$/);
  expect(first).toMatch(/ 1m ago +0 +works/);
  expect(second).toMatch(/ 7 +failing since 2h ago: refused/);
  expect(out).not.toContain('\u001b');
  gateway.answers.listAuditWebhooks = () => [200, { items: [] }];
  expect((await terminal.run('audit webhook list')).out).toContain('postern audit webhook add URL');
});

it('adds one, shows its key once, and tests it', async () => {
  await using gateway = await fakeGateway(certificate);
  using terminal = await signedInShell(gateway);
  gateway.answers.createAuditWebhook = () => [201, { webhook, key: 'whsec_c2VjcmV0' }];
  const added = await terminal.run(`audit webhook add ${webhook.url}`);
  expect(added).toMatchObject({ code: 0, out: 'whsec_c2VjcmV0\n' });
  expect(gateway.calls.at(-1)).toMatchObject({ body: { url: webhook.url } });
  const json = await terminal.run(`audit webhook add ${webhook.url} --json`);
  expect(JSON.parse(json.out)).toEqual({ ...webhook, key: 'whsec_c2VjcmV0' });
  gateway.answers.testAuditWebhook = () => [200, { delivered: true, status: 204, error: null, durationMs: 12 }];
  expect(await terminal.run(`audit webhook test ${id}`)).toMatchObject({
    code: 0,
    out: 'Delivered in 12 ms, answered with 204.\n',
  });
});

it('fails when a test delivery does not arrive', async () => {
  await using gateway = await fakeGateway(certificate);
  using terminal = await signedInShell(gateway);
  gateway.answers.testAuditWebhook = () => [200, { delivered: false, status: 500, error: null, durationMs: 12 }];
  const { code, err } = await terminal.run(`audit webhook test ${id}`);
  expect(code).toBe(1);
  expect(err).toContain('The delivery failed: the answer was 500');
});

it('removes one after a question', async () => {
  await using gateway = await fakeGateway(certificate);
  using terminal = await signedInShell(gateway);
  gateway.answers.deleteAuditWebhook = () => [204];
  expect(await terminal.run(`audit webhook remove ${id}`)).toMatchObject({ code: 2 });
  expect(gateway.calls).toEqual([]);
  expect(await terminal.run(`audit webhook remove ${id} --yes`)).toMatchObject({ code: 0, out: 'Removed.\n' });
  expect(gateway.calls).toHaveLength(1);
});

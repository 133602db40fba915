import { testCertificate } from '@postern/testkit';
import { expect, it } from 'vitest';
import { fakeGateway } from '../test/gateway.ts';
import { signedInShell } from '../test/signed-in.ts';

const certificate = await testCertificate();

const event = (seq: number, more: object = {}) => ({
  seq,
  at: '2026-11-21T11:59:00.000Z',
  actor: { id: null, name: 'ada@example.com', kind: 'person' },
  action: 'kube.request',
  phase: null,
  cluster: { id: null, name: 'prod' },
  namespace: 'shop',
  verb: 'delete',
  resource: 'pods',
  subresource: null,
  name: 'web-0',
  decision: 'allowed',
  status: 200,
  ...more,
});

it('lists entries with filters, page by page, safe for a terminal', async () => {
  await using gateway = await fakeGateway(certificate);
  using terminal = await signedInShell(gateway);
  gateway.answers.listAudit = ({ query }) => [
    200,
    query['cursor'] === undefined
      ? { items: [event(9, { name: 'x\u001b]52;c;eA==\u0007' })], nextCursor: 'next' }
      : { items: [event(8)], nextCursor: null },
  ];
  const { code, out } = await terminal.run(
    'audit list --since 2h --actor ada@example.com --decision allowed --limit 5',
  );
  expect(code).toBe(0);
  expect(out.split('\n')[0]).toMatch(/^TIME +WHO +ACTION +WHERE +WHAT +DECISION +STATUS$/);
  expect(out).toContain('prod/shop');
  expect(out).toContain('delete pods web-0');
  expect(out).not.toContain('\u001b');
  expect(gateway.calls.map(({ query }) => query)).toEqual([
    { since: '2026-11-21T10:00:00.000Z', actor: 'ada@example.com', decision: 'allowed', limit: '5' },
    { since: '2026-11-21T10:00:00.000Z', actor: 'ada@example.com', decision: 'allowed', limit: '4', cursor: 'next' },
  ]);
  const json = await terminal.run('audit list --json');
  expect(JSON.parse(json.out).items).toHaveLength(2);
  expect(await terminal.run('audit list --since yesterday')).toMatchObject({ code: 2 });
  expect(await terminal.run('audit list --limit 0')).toMatchObject({ code: 2 });
});

it('follows the trail until it is interrupted', async () => {
  await using gateway = await fakeGateway(certificate);
  using terminal = await signedInShell(gateway);
  const pages = [[event(2), event(1)], [event(3)], [], [event(4)]];
  gateway.answers.listAudit = () => {
    const items = pages.shift();
    return items === undefined
      ? [401, { error: { code: 'unauthenticated', message: 'Sign in.' } }]
      : [200, { items, nextCursor: null }];
  };
  const { code, out } = await terminal.run('audit list --follow --json');
  expect(code).toBe(3);
  expect(
    out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).seq),
  ).toEqual([1, 2, 3, 4]);
  expect(gateway.calls.map(({ query }) => query['after'])).toEqual([undefined, '2', '3', '3', '4']);
});

it('exports lines as they are', async () => {
  await using gateway = await fakeGateway(certificate);
  using terminal = await signedInShell(gateway);
  gateway.answers.exportAudit = () => [200, event(1), { 'content-type': 'application/x-ndjson' }];
  const { code, out } = await terminal.run('audit export --cluster prod');
  expect([code, JSON.parse(out)]).toEqual([0, event(1)]);
  expect(gateway.calls[0]?.query).toEqual({ cluster: 'prod' });
});

it('verifies all parts, and fails with the first broken entry', async () => {
  await using gateway = await fakeGateway(certificate);
  using terminal = await signedInShell(gateway);
  gateway.answers.verifyAudit = ({ query }) => [
    200,
    query['cursor'] === undefined
      ? { checked: 20_000, first: 1, last: 20_000, nextCursor: 'next', broken: null }
      : { checked: 5, first: 20_001, last: 20_005, nextCursor: null, broken: null },
  ];
  expect(await terminal.run('audit verify')).toMatchObject({
    code: 0,
    out: 'All 20005 entries (1 to 20005) are what was recorded.\n',
  });
  const broken = { seq: 7, problem: 'it was changed' };
  gateway.answers.verifyAudit = () => [200, { checked: 6, first: 1, last: 6, nextCursor: null, broken }];
  expect(await terminal.run('audit verify')).toMatchObject({
    code: 1,
    err: expect.stringContaining('Entry 7 is not what was recorded: it was changed.'),
  });
  const json = await terminal.run('audit verify --json');
  expect([json.code, JSON.parse(json.out)]).toMatchObject([1, { ok: false, broken }]);
});

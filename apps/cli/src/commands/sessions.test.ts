import { selfSigned, type TestCertificate } from '@postern/testkit';
import { beforeAll, expect, it } from 'vitest';
import { fakeGateway } from '../test/gateway.ts';
import { id, signedInShell } from '../test/signed-in.ts';

let certificate: TestCertificate;
beforeAll(async () => {
  certificate = await selfSigned();
});

const session = {
  id,
  kind: 'exec',
  cluster: { id, name: 'prod' },
  user: { id, email: 'a@example.com' },
  namespace: 'shop',
  pod: 'web-0\x1b]0;evil\x07',
  startedAt: '2026-11-21T11:57:00.000Z',
  endedAt: null,
  recording: { durationMs: 61_200, sizeBytes: 10, isComplete: false, missingBytes: 0 },
};
const cast = [
  { version: 3, term: { cols: 80, rows: 24 }, title: 't' },
  [0.5, 'o', '\x1b[31mred\x1b]52;c;ZXZpbA==\x07'],
  [0.1, 'i', 'secret'],
  [3_600, 'm', '12 bytes are missing here'],
  [0, 'o', ' end'],
  [0.1, 'x', '3'],
]
  .map((line) => `${JSON.stringify(line)}\n`)
  .join('');

it('lists sessions with their recordings, filtered, over several pages', async () => {
  await using gateway = await fakeGateway(certificate);
  using terminal = await signedInShell(gateway);
  gateway.answers.getCluster = () => [200, { id }];
  gateway.answers.listSessions = () => [
    200,
    {
      items: [session],
      nextCursor: gateway.calls.filter(({ operation }) => operation === 'listSessions').length < 2 ? 'next' : null,
    },
  ];
  const { code, out } = await terminal.run('sessions list --cluster prod --user a@example.com --since 1h');
  expect(code).toBe(0);
  expect(out).toContain('62s');
  expect(out).toContain('shop/web-0\\u{1b}]0;evil');
  expect(out.trim().split('\n')).toHaveLength(3);
  const json = await terminal.run('sessions list --json');
  expect(JSON.parse(json.out).items[0].recording.durationMs).toBe(61_200);
});

it('replays a recording without what would change the terminal, and says how it ended', async () => {
  await using gateway = await fakeGateway(certificate);
  using terminal = await signedInShell(gateway);
  gateway.answers.getRecording = () => [200, cast, { 'content-type': 'application/x-asciicast' }];
  const { code, out, err } = await terminal.run(`sessions replay ${id} --speed 100 --max-wait 0.01`);
  expect({ code, out }).toEqual({ code: 0, out: '\x1b[31mred end' });
  expect(err).toContain('[12 bytes are missing here]');
  expect(err).toContain('[Exit code 3]');
  const raw = await terminal.run(`sessions replay ${id} --raw --max-wait 0.01`);
  expect(raw.out).toContain('\x1b]52;c;');
  expect((await terminal.run(`sessions replay ${id} --json`)).out).toBe(cast);
});

it.each([
  ['--speed 0', '--speed takes a number above 0'],
  ['--max-wait x', '--max-wait takes a number above 0'],
])('refuses %s', async (option, message) => {
  await using gateway = await fakeGateway(certificate);
  using terminal = await signedInShell(gateway);
  expect(await terminal.run(`sessions replay ${id} ${option}`)).toMatchObject({
    code: 2,
    err: expect.stringContaining(message),
  });
});

it('says that a recording is broken, or missing', async () => {
  await using gateway = await fakeGateway(certificate);
  using terminal = await signedInShell(gateway);
  gateway.answers.getRecording = () => [200, '{"version":2}\n'];
  expect((await terminal.run(`sessions replay ${id}`)).err).toContain('cannot be read');
  gateway.answers.getRecording = () => [
    404,
    { error: { code: 'not-found', message: 'This session has no recording.' } },
  ];
  expect(await terminal.run(`sessions replay ${id}`)).toMatchObject({ err: expect.stringContaining('no recording') });
});

it('ends a session, and asks first', async () => {
  await using gateway = await fakeGateway(certificate);
  using terminal = await signedInShell(gateway);
  gateway.answers.endSession = () => [204];
  expect((await terminal.run(`sessions end ${id}`)).code).toBe(2);
  expect((await terminal.run(`sessions end ${id}`, { answers: ['y'] })).out).toContain('Ended');
  expect(JSON.parse((await terminal.run(`sessions end ${id} --yes --json`)).out)).toEqual({ id, ended: true });
  expect(gateway.calls.filter(({ operation }) => operation === 'endSession')).toHaveLength(2);
});

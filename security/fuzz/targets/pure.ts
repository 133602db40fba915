import assert from 'node:assert/strict';
import { type KubeTarget, parseTarget, requestInfo } from '@postern/kube';
import { readBearerSecret } from '../../../apps/gateway/src/identity/bearer-secret.ts';
import { readCookie } from '../../../apps/gateway/src/identity/cookies.ts';
import { readEnding } from '../../../apps/gateway/src/terminals/ending.ts';
import { readPod } from '../../../apps/gateway/src/terminals/pod.ts';
import { decodeFrame } from '../../../packages/mux/src/frame.ts';
import { rawFrame } from '../../../packages/mux/src/test/raw-peer.ts';
import { parseRequestHead, parseResponseHead } from '../../../packages/tunnel/src/heads.ts';
import { MessageReader } from '../../../packages/tunnel/src/message-reader.ts';
import { clientMessage, opcodes } from '../../protocols/websocket.ts';
import { mutateBytes, mutatedJsonText, mutateText } from '../mutate.ts';
import type { Random } from '../random.ts';
import { type PureTarget, printable } from '../target.ts';

const paths = [
  '/api/v1/namespaces/default/pods/web-0/exec?command=sh&stdin=true',
  '/apis/apps/v1/namespaces/a/deployments?labelSelector=app%3Dx&limit=500',
  '/api/v1/watch/namespaces/a/pods',
  '/api/v1/nodes/n/proxy/metrics',
  '/version',
  '/openapi/v3?timeout=32s',
];

/** Request targets of the Kubernetes API: an accepted one has only one meaning. */
export const kubeTarget: PureTarget<string> = {
  kind: 'pure',
  name: 'kube-target',
  weight: 10,
  make: (random) => mutateText(random, random.pick(paths)),
  describe: printable,
  check: (raw) => {
    const { target, refused } = parseTarget(raw);
    if (target === undefined) {
      assert.equal(typeof refused, 'string');
      return;
    }
    assertOneMeaning(raw, target);
    requestInfo('GET', target.path, target.query);
  },
};

function assertOneMeaning(raw: string, { path, query }: KubeTarget): void {
  assert.ok(raw.startsWith('/') && /^[\x21-\x7e]*$/.test(raw));
  assert.ok(!path.includes('//') && !path.includes('\\') && !path.includes(';') && !path.includes('\0'));
  assert.ok(!path.split('/').some((segment) => segment === '.' || segment === '..'));
  // A URL parser that resolves dots and doubled slashes must produce the same path.
  const url = new URL(raw, 'https://gateway.invalid');
  assert.equal(url.host, 'gateway.invalid');
  assert.equal(decodeURIComponent(url.pathname), path);
  assert.equal(
    raw.slice(raw.indexOf('?') + 1).length === 0 || !raw.includes('?') ? '' : raw.slice(raw.indexOf('?') + 1),
    query,
  );
}

const frames = [
  rawFrame(1, 2, { payload: Buffer.from('{"kind":"report"}') }),
  rawFrame(3, 2, { payload: Buffer.from('data') }),
  rawFrame(5, 2, { payload: Buffer.from([0, 1, 65]) }),
  rawFrame(8, 0, { payload: Buffer.alloc(12, 1) }),
  rawFrame(9, 0, { payload: Buffer.alloc(8, 1) }),
  rawFrame(11, 0, { payload: Buffer.from([0, 0, 0, 1, 0, 1, 0, 0, 0, 1, 1, 0, 2, 97, 98]) }),
];

/** Tunnel frames: decoded the same however the message is split. */
export const tunnelDecoder: PureTarget<{ bytes: Buffer; cuts: number[] }> = {
  kind: 'pure',
  name: 'tunnel-decoder',
  weight: 8,
  make: (random) => {
    const bytes = mutateBytes(random, random.pick(frames));
    return {
      bytes,
      cuts: [random.int(0, bytes.length), random.int(0, bytes.length)].sort((one, other) => one - other),
    };
  },
  describe: ({ bytes }) => printable(bytes),
  check: ({ bytes, cuts: [first = 0, second = 0] }) => {
    // A Buffer and a plain Uint8Array with the same bytes count as equal.
    const hex = (value: unknown): unknown => (value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value);
    const joined = (frame: ReturnType<typeof decodeFrame>): object =>
      Object.fromEntries(
        Object.entries(frame).map(([name, value]) => [name, name === 'parts' ? hex(Buffer.concat(value)) : hex(value)]),
      );
    const whole = decodeFrame([bytes]);
    const cut = decodeFrame([bytes.subarray(0, first), bytes.subarray(first, second), bytes.subarray(second)]);
    assert.deepEqual(joined(cut), joined(whole));
  },
};

/** WebSocket bytes of a tunnel: no message exceeds the limit, and none follows a violation. */
export const messageReader: PureTarget<{ bytes: Buffer; step: number }> = {
  kind: 'pure',
  name: 'message-reader',
  weight: 6,
  make: (random) => ({
    bytes: mutateBytes(
      random,
      Buffer.concat([
        clientMessage(random.bytes(40), opcodes.binary),
        clientMessage('x', opcodes.ping),
        clientMessage(random.bytes(200), opcodes.binary),
      ]),
    ),
    step: random.pick([1, 3, 7, 1_000]),
  }),
  describe: ({ bytes }) => printable(bytes),
  check: ({ bytes, step }) => {
    let isOver = false;
    const reader = new MessageReader({
      masked: true,
      maxPayload: 128,
      maxFragments: 4,
      onMessage: (parts) => {
        assert.ok(!isOver, 'a message after a violation');
        assert.ok(parts.reduce((sum, part) => sum + part.length, 0) <= 128, 'a message above the limit');
      },
      onControl: (frame) => assert.ok(frame.length <= 125 + 14),
      onViolation: (code) => {
        assert.ok(!isOver && code >= 1000 && code < 5000);
        isOver = true;
      },
    });
    for (let at = 0; at < bytes.length; at += step) reader.read(Buffer.from(bytes.subarray(at, at + step)));
  },
};

const execStatuses = [
  { status: 'Success' },
  {
    status: 'Failure',
    reason: 'NonZeroExitCode',
    message: 'x',
    details: { causes: [{ reason: 'ExitCode', message: '3' }] },
  },
];

/** The status of an exec: always gives a readable ending. */
export const execStatus: PureTarget<string> = {
  kind: 'pure',
  name: 'exec-status',
  weight: 6,
  make: (random) => mutatedJsonText(random, random.pick(execStatuses)),
  describe: printable,
  check: (text) => {
    const { code, exitCode, message } = readEnding(text);
    assert.equal(typeof code, 'string');
    assert.ok(exitCode === null || Number.isInteger(exitCode));
    assert.ok(message.length > 0 && message.length < 1_200 && !/\p{Cc}/u.test(message));
    readPod(text);
  },
};

const heads = [
  {
    kind: 'http',
    cluster: 'c',
    method: 'GET',
    path: '/a?b',
    headers: [['accept', '*/*']],
    identity: { user: 'u', groups: ['g'] },
  },
  { kind: 'tcp', cluster: 'c', host: 'localhost', port: 80, identity: { user: 'u', groups: [] } },
  { status: 200, headers: [['content-type', 'text/plain']] },
];

/** Heads of tunnel streams: parsed, or refused with a reason; header values never contain CR, LF or NUL. */
export const tunnelHeads: PureTarget<string> = {
  kind: 'pure',
  name: 'tunnel-heads',
  weight: 2,
  make: (random) => mutatedJsonText(random, random.pick(heads)),
  describe: printable,
  check: (text) => {
    for (const parsed of [parseRequestHead(Buffer.from(text)), parseResponseHead(Buffer.from(text))]) {
      if (!parsed.ok) assert.equal(typeof parsed.reason, 'string');
      else if ('headers' in parsed.value)
        for (const [, value] of parsed.value.headers) assert.ok(!/[\r\n\0]/.test(value));
    }
  },
};

const credentials = [
  '__Host-postern_access=abc; theme=dark',
  '__Host-postern_access=a; __Host-postern_access=b',
  `postern_0190aaaa000070008000000000000001_${'A'.repeat(43)}`,
  `postern_join_0190aaaa000070008000000000000001_${'A'.repeat(43)}`,
];

/** Cookies and bearer tokens: one value or none. */
export const credentialText: PureTarget<string> = {
  kind: 'pure',
  name: 'credentials',
  weight: 6,
  make: (random: Random) => mutateText(random, random.pick(credentials)),
  describe: printable,
  check: (text) => {
    const cookie = readCookie(text, '__Host-postern_access');
    assert.ok(cookie === null || !cookie.includes(';'));
    const secret = readBearerSecret('postern', text);
    if (secret !== null) assert.match(`${secret.id} ${secret.secret}`, /^[0-9a-f-]{36} [\w-]{43}$/);
  },
};

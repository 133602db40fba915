import { connectTo } from '../../harness/connection.ts';
import { concurrently } from '../concurrently.ts';
import { nastyTexts } from '../dictionary.ts';
import { HostileCluster, type HostileRequest, nameOf } from '../hostile-cluster.ts';
import { mutateBytes, mutatedJsonText, mutateText } from '../mutate.ts';
import type { Random } from '../random.ts';
import { type ListenerTarget, printable } from '../target.ts';

/** How the cluster answers one request. */
interface Answer {
  upgrade: boolean;
  path: string;
  /** Bytes of the ACCEPT head; undefined if none is sent. */
  head: Buffer | undefined;
  body: Buffer[];
  end: 'end' | 'reset' | 'end-with-head';
  reason: string;
}

const paths = ['', '?watch=1', '?fieldSelector=a', '/status'];
const upgradePaths = [
  '/exec?command=sh&stdout=1',
  '/attach',
  '/portforward',
  '/log?follow=1',
  '/exec?command=a;b&command=c',
];
const resetCodes = ['cancelled', 'refused', 'upstream-failed', 'timeout', 'limit', 'internal'] as const;

function make(random: Random): Answer {
  const upgrade = random.chance(0.15);
  const head = {
    status: random.pick([200, 200, 201, 204, 206, 304, 404, 409, 429, 500, upgrade ? 101 : 200]),
    headers: [
      ['content-type', random.pick(['application/json', 'text/html', 'application/vnd.kubernetes.protobuf'])],
      ...(upgrade
        ? [
            ['upgrade', random.pick(['websocket', 'SPDY/3.1', 'h2c'])],
            ['connection', 'Upgrade'],
          ]
        : []),
      ...(random.chance(0.3)
        ? [
            [
              random.pick([
                'content-length',
                'transfer-encoding',
                'set-cookie',
                'location',
                'retry-after',
                'trailer',
                'date',
                ':status',
                'connection',
              ]),
              random.pick([...nastyTexts, '5', '0']),
            ],
          ]
        : []),
    ],
  };
  const text = random.chance(0.6) ? mutatedJsonText(random, head) : JSON.stringify(head);
  const bytes = random.chance(0.9) ? Buffer.from(text) : mutateBytes(random, Buffer.from(text));
  return {
    upgrade,
    path: random.chance(0.8)
      ? random.pick(upgrade ? upgradePaths : paths)
      : mutateText(random, random.pick(upgrade ? upgradePaths : paths)),
    head: random.chance(0.95) ? bytes : undefined,
    body: Array.from({ length: random.int(0, 3) }, () => random.bytes(random.pick([1, 10, 1_000, 20_000]))),
    end: random.pick(['end', 'end', 'end', 'reset', 'end-with-head']),
    reason: random.pick(nastyTexts),
  };
}

function answer({ stream, reject }: HostileRequest, sample: Answer, random: number): void {
  stream.on('error', () => {}).resume();
  if (sample.head !== undefined) stream.accept(sample.head, { end: sample.end === 'end-with-head' });
  if (sample.end === 'end-with-head' && sample.head !== undefined) return;
  if (sample.head !== undefined) for (const part of sample.body) stream.write(part);
  if (sample.end === 'reset' || sample.head === undefined)
    reject(resetCodes[random % resetCodes.length] ?? 'internal', sample.reason);
  else stream.end();
}

/** A cluster's answers to plain requests and upgrades: malformed heads, bodies that do not match them, resets. */
export const kubeAnswer: ListenerTarget<Answer> = {
  kind: 'listener',
  name: 'kube-answer',
  tls: false,
  weight: 4,
  batch: 400,
  make,
  describe: (sample) =>
    `${sample.path} ${sample.end} ${printable(sample.head ?? '(no head)')} ${sample.body.map((part) => part.length)}`,
  open: async (harness) => {
    const cluster = await HostileCluster.connect(harness, 'answers');
    const { gateway, rest, attacker } = harness;
    let base = 0;
    const ask = async (sample: Answer, number: number): Promise<void> => {
      const kind = sample.upgrade ? 'pods' : 'configmaps';
      const path = `/k8s/${attacker.slug}/${cluster.name}/api/v1/namespaces/n/${kind}/${nameOf(number)}${sample.path}`;
      if (sample.upgrade) {
        const socket = await connectTo(gateway, 'http/1.1');
        const closed = new Promise((resolve) => socket.once('close', resolve));
        const patience = setTimeout(() => socket.destroy(), 5_000);
        const key = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n';
        socket
          .resume()
          .write(
            `GET ${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${attacker.token}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${key}\r\n`,
          );
        socket.end(Buffer.from('bytes of the client'));
        await closed;
        clearTimeout(patience);
        return;
      }
      const target = path.replaceAll(/[^\x21-\x7e]/g, '%');
      const reply = await rest.ask('GET', target, { token: attacker.token }).catch((error: Error) => error);
      // A truncated response must appear as a broken connection, never as silence.
      if (reply instanceof Error && reply.message.startsWith('no answer')) throw reply;
    };
    return {
      send: async (cases) => {
        const first = base;
        base += cases.length;
        cluster.onRequest = (request) => {
          const sample = cases[request.number - first];
          if (sample === undefined) request.reject('refused', 'no such case');
          else answer(request, sample, request.number);
        };
        await concurrently(cases, 12, (sample, index) => ask(sample, first + index));
      },
      close: () => cluster.close(),
    };
  },
};

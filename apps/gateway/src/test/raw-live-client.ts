import { WebSocket } from 'ws';
import type { KubeHarness } from './kube-harness.ts';

/** The query of a regular handshake. */
export const handshakeQuery = 'EIO=4&transport=websocket';

/** A live connection on which the test writes every frame itself. */
export interface RawLiveClient {
  ws: WebSocket;
  /** Text messages received, including engine.io's envelope. */
  received: string[];
  /** How it was closed; undefined while it is open. */
  closed: { code: number; reason: string } | undefined;
  /** Sends an event with an acknowledgement and waits for it. */
  // biome-ignore lint/suspicious/noExplicitAny: tests inspect arbitrary JSON.
  ask(event: string, ...values: unknown[]): Promise<any>;
}

/** Opens a WebSocket like the dashboard does. @returns the HTTP status if it is refused. */
export function dialRaw(
  harness: KubeHarness,
  { query = handshakeQuery, token = 'eve', path = '/socket.io/' } = {},
): Promise<WebSocket | number> {
  const ws = new WebSocket(`wss://127.0.0.1:${harness.port}${path}?${query}`, {
    ca: harness.cert,
    headers: { cookie: `session=${token}`, origin: harness.origin },
    perMessageDeflate: false,
  });
  return new Promise((resolve, reject) => {
    ws.once('open', () => resolve(ws));
    ws.once('unexpected-response', (_request, response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
      ws.on('error', () => {});
      ws.terminate();
    });
    ws.once('error', reject);
  });
}

/** Opens a connection and joins the default namespace. @throws if it is refused. */
export async function connectRaw(harness: KubeHarness, token = 'eve'): Promise<RawLiveClient> {
  const ws = await dialRaw(harness, { token });
  if (typeof ws === 'number') throw new Error(`refused with ${ws}`);
  let nextId = 0;
  const waiting = new Map<string, (answer: unknown) => void>();
  const client: RawLiveClient = {
    ws,
    received: [],
    closed: undefined,
    ask: (event, ...values) =>
      new Promise((resolve) => {
        const id = String(nextId++);
        waiting.set(id, resolve);
        ws.send(`42${id}${JSON.stringify([event, ...values])}`);
      }),
  };
  ws.on('error', () => {});
  ws.on('close', (code, reason) => {
    client.closed = { code, reason: reason.toString() };
  });
  const joined = new Promise<void>((resolve, reject) => {
    ws.once('close', () => reject(new Error('closed before it was joined')));
    ws.on('message', (data, isBinary) => {
      if (isBinary) return;
      const text = data.toString();
      client.received.push(text);
      const [, id, body] = /^43(\d+)(.*)$/s.exec(text) ?? [];
      if (text.startsWith('40{')) resolve();
      if (id !== undefined && body !== undefined) waiting.get(id)?.(JSON.parse(body)[0]);
    });
  });
  ws.send('40');
  await joined;
  return client;
}

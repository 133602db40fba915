import { EventEmitter } from 'node:events';
import type { Socket as EngineSocket } from 'engine.io';
import pino from 'pino';
import { expect, it } from 'vitest';
import { ConnectionGuard } from './connection-guard.ts';
import { Flood } from './flood.ts';
import { Unread } from './unread.ts';

/** The WebSocket of a connection, of which only the bytes that wait and the pongs matter here. */
class StubWebSocket extends EventEmitter {
  bufferedAmount = 0;
  readonly pongs: string[] = [];
  pong(data: Buffer): void {
    this.pongs.push(String(data));
  }
}

it('answers pings, except while 64 KiB wait for the browser', () => {
  const ws = new StubWebSocket();
  const connection = Object.assign(new EventEmitter(), { transport: { socket: ws } });
  new ConnectionGuard(connection as unknown as EngineSocket, {
    userId: 'ada',
    flood: new Flood(10, () => 0),
    unread: new Unread(),
    logger: pino({ enabled: false }),
  });
  for (const [waiting, name] of [
    [0, 'idle'],
    [64 * 1024 - 1, 'busy'],
    [64 * 1024, 'full'],
    [1, 'read again'],
  ] as const) {
    ws.bufferedAmount = waiting;
    ws.emit('ping', Buffer.from(name));
  }
  expect(ws.pongs).toEqual(['idle', 'busy', 'read again']);
});

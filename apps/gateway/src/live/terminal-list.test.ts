import { EventEmitter } from 'node:events';
import { turns } from '@postern/testkit';
import { pino } from 'pino';
import { beforeEach, expect, it } from 'vitest';
import type { Principal } from '../identity/principal.ts';
import { FakeLiveSocket } from '../test/fake-live.ts';
import type { LiveOptions } from './live-socket.ts';
import { serveTerminalList } from './terminal-list.ts';

/** Lists the same terminal in every organization. */
class StubTerminals extends EventEmitter<{ changed: [string] }> {
  readonly asked: [string, string][] = [];

  list({ userId }: Principal, organizationId: string): object[] {
    this.asked.push([userId, organizationId]);
    return [{ id: 'terminal-1' }];
  }
}

let terminals: StubTerminals;
let socket: FakeLiveSocket;

beforeEach(() => {
  terminals = new StubTerminals();
  socket = new FakeLiveSocket();
  serveTerminalList(socket.asLive, { terminals, logger: pino({ level: 'silent' }) } as unknown as LiveOptions);
});

it('lists the terminals of an organization, and again when they change', async () => {
  const items = [{ id: 'terminal-1' }];
  expect(await socket.ask('terminals:watch', { organization: 'acme' })).toEqual({ items });
  terminals.emit('changed', 'acme-id');
  terminals.emit('changed', 'acme-id');
  terminals.emit('changed', 'other-id');
  await turns();
  expect(socket.sent).toEqual([['terminals:changed', { organization: 'acme', items }]]);
  expect(terminals.asked).toEqual([
    ['ada', 'acme-id'],
    ['ada', 'acme-id'],
  ]);
});

it('lists nothing of an organization of which the person is no member', async () => {
  expect(await socket.ask('terminals:watch', { organization: 'other' })).toMatchObject({
    error: { code: 'not-found' },
  });
  terminals.emit('changed', 'other-id');
  await turns();
  expect([socket.sent, terminals.asked]).toEqual([[], []]);
});

it('is told nothing more when it stops watching, or disconnects', async () => {
  await socket.ask('terminals:watch', { organization: 'acme' });
  expect(await socket.ask('terminals:unwatch', { organization: 'acme' })).toEqual({});
  terminals.emit('changed', 'acme-id');
  await turns();
  await socket.ask('terminals:watch', { organization: 'acme' });
  terminals.emit('changed', 'acme-id');
  socket.disconnected();
  await turns();
  expect(socket.sent).toEqual([]);
  expect(terminals.listenerCount('changed')).toBe(0);
});

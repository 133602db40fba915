import { EventEmitter } from 'node:events';
import type { Tunnel, TunnelDialer } from '@postern/tunnel';
import { pino } from 'pino';
import { beforeEach, expect, it } from 'vitest';
import { watchTunnels } from './watch-tunnels.ts';

let dialer: EventEmitter;
let tunnels: Set<Tunnel>;
let counted: string[];
let stop: AbortController;
beforeEach(() => {
  dialer = new EventEmitter();
  tunnels = new Set();
  counted = [];
  stop = new AbortController();
  watchTunnels(dialer as TunnelDialer, {
    logger: pino({ enabled: false }),
    metrics: { connected: (result) => void counted.push(result) },
    tunnels,
    identity: { clusterName: 'prod', organization: 'acme' },
    signal: stop.signal,
  });
});

const lost = { code: 1006, reason: 'the connection was lost', retryInMs: 1_000 };

it('knows a tunnel from its beginning to its end', () => {
  const tunnel = Object.assign(new EventEmitter(), { closed: false });
  dialer.emit('connected', tunnel);
  expect([...tunnels]).toEqual([tunnel]);
  tunnel.emit('close');
  dialer.emit('disconnected', lost);
  expect([...tunnels]).toEqual([]);
  expect(counted).toEqual(['connected', 'lost']);
});

it('does not take a tunnel that ended together with its WELCOME for an open one', () => {
  dialer.emit('connected', Object.assign(new EventEmitter(), { closed: true }));
  dialer.emit('disconnected', lost);
  expect([...tunnels]).toEqual([]);
  expect(counted).toEqual(['connected', 'lost']);
});

it('counts a refusal, but no end of a tunnel while it stops', () => {
  dialer.emit('refused', { name: 'revoked', reason: 'revoked', retryInMs: 1_000 });
  stop.abort();
  dialer.emit('disconnected', lost);
  expect(counted).toEqual(['refused']);
});

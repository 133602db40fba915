import type { EventEmitter } from 'node:events';
import http2 from 'node:http2';
import { syncBuiltinESMExports } from 'node:module';
import { type TestCertificate, testCertificate } from '@postern/testkit';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { FakeConnection } from '../test/fake-streams.ts';
import { edgeLimits } from './limits.ts';
import { createListener } from './listener.ts';

let tls: TestCertificate;
beforeAll(async () => {
  tls = await testCertificate();
});

const limits = {
  ...edgeLimits,
  headerBytes: 1_001,
  headersTimeoutMs: 1_002,
  keepAliveMs: 1_003,
  tlsHandshakeTimeoutMs: 1_004,
  sessionMemoryMib: 5,
  streamResetBurst: 6,
  streamResetRate: 7,
  anonymousStreamsPerSession: 8,
};

describe('the listener', () => {
  it.each([false, true])('limits HTTP/1.1, but not the time that a whole request takes (TLS: %s)', (isTls) => {
    const { server, sessions } = createListener(isTls ? tls : undefined, limits);
    expect(server).toMatchObject({
      maxHeaderSize: 1_001,
      headersTimeout: 1_002,
      keepAliveTimeout: 1_003,
      requestTimeout: 0,
      connectionsCheckingInterval: 1_000,
      insecureHTTPParser: false,
      requireHostHeader: false,
    });
    expect(sessions !== undefined).toBe(isTls);
  });

  it('drops a peer that breaks off the TLS handshake', () => {
    const server: EventEmitter = createListener(tls, limits).server;
    server.on('clientError', () => {});
    const connection = new FakeConnection();
    server.emit('tlsClientError', new Error('wrong version number'), connection);
    expect(connection.destroyed).toBe(true);
  });

  it('limits the TLS handshake and HTTP/2, and still speaks HTTP/1.1', () => {
    // A server does not show these options.
    const create = vi.spyOn(http2, 'createSecureServer');
    syncBuiltinESMExports();
    try {
      createListener(tls, limits);
      expect(create.mock.lastCall?.[0]).toMatchObject({
        ...tls,
        minVersion: 'TLSv1.2',
        allowHTTP1: true,
        handshakeTimeout: 1_004,
        unknownProtocolTimeout: 1_004,
        maxSessionMemory: 5,
        streamResetBurst: 6,
        streamResetRate: 7,
        settings: { enablePush: false, maxConcurrentStreams: 8, maxHeaderListSize: 1_001 },
      });
    } finally {
      create.mockRestore();
      syncBuiltinESMExports();
    }
  });
});

import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { echoRequest, memoryTunnelPair, testCluster, useLeakCheck, webSocketTunnelPair } from './index.ts';

useLeakCheck();

describe.each([
  ['memory', memoryTunnelPair],
  ['WebSocket', webSocketTunnelPair],
])('a request over %s', (_name, makePair) => {
  it('carries head and body both ways', async () => {
    const pair = await makePair();
    pair.agent.on('request', echoRequest);
    const { stream, response } = pair.gateway.request({
      kind: 'http',
      cluster: testCluster,
      method: 'POST',
      path: '/api?x=1',
      headers: [['content-type', 'text/plain']],
      identity: { user: 'ada', groups: ['postern:admin'] },
    });
    stream.end('hello');
    expect(await response).toEqual({ status: 200, headers: [] });
    expect(String(await buffer(stream))).toBe('hello');
    await pair.close();
  });
});

import { createHash } from 'node:crypto';
import type { HeaderList } from '@postern/tunnel';
import { describe, expect, it } from 'vitest';
import { execPath, websocketHandshake } from './exec-request.ts';

describe('execPath', () => {
  it('asks for a shell with a terminal, as kubectl does', () => {
    expect(execPath({ namespace: 'shop', pod: 'web-0' }, { container: 'app', shell: 'sh' })).toBe(
      '/api/v1/namespaces/shop/pods/web-0/exec?container=app&stdin=true&stdout=true&tty=true' +
        '&command=sh&command=-c&command=TERM%3Dxterm-256color%3B%20export%20TERM%3B%20exec%20sh',
    );
  });
});

describe('websocketHandshake', () => {
  it('asks for the exec protocols, newest first', () => {
    expect(websocketHandshake().headers).toEqual([
      ['connection', 'Upgrade'],
      ['upgrade', 'websocket'],
      ['sec-websocket-version', '13'],
      ['sec-websocket-key', expect.stringMatching(/^[\w+/]{22}==$/)],
      ['sec-websocket-protocol', 'v5.channel.k8s.io, v4.channel.k8s.io'],
      ['user-agent', 'postern-terminal'],
    ]);
  });

  /** Checks a valid response in which some headers are replaced; undefined removes one. */
  function checkWith(replaced: Record<string, string | undefined>): string | undefined {
    const { headers, check } = websocketHandshake();
    const key = headers.find(([name]) => name === 'sec-websocket-key')?.[1];
    const answer: Record<string, string | undefined> = {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-accept': createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64'),
      'sec-websocket-protocol': 'v5.channel.k8s.io',
      ...replaced,
    };
    const list = Object.entries(answer).filter((header): header is HeaderList[number] => header[1] !== undefined);
    return check({ status: 101, headers: list });
  }

  it.each([
    ['v5', {}],
    ['v4', { 'sec-websocket-protocol': 'v4.channel.k8s.io' }],
    ['another spelling of WebSocket', { upgrade: 'WebSocket' }],
  ])('accepts a response with %s', (_, replaced) => {
    expect(checkWith(replaced)).toBeUndefined();
  });

  it.each([
    [{ upgrade: undefined }, 'the cluster did not switch to WebSocket'],
    [{ upgrade: 'SPDY/3.1' }, 'the cluster did not switch to WebSocket'],
    [{ 'sec-websocket-accept': undefined }, 'the cluster answered the WebSocket handshake wrongly'],
    [{ 'sec-websocket-accept': 'eA==' }, 'the cluster answered the WebSocket handshake wrongly'],
    [{ 'sec-websocket-extensions': 'permessage-deflate' }, 'the cluster uses extensions nobody asked for'],
    [{ 'sec-websocket-protocol': undefined }, 'the cluster speaks no exec protocol we know'],
    [{ 'sec-websocket-protocol': 'v3.channel.k8s.io' }, 'the cluster speaks no exec protocol we know'],
  ])('refuses a response with %o', (replaced, reason) => {
    expect(checkWith(replaced)).toBe(reason);
  });
});

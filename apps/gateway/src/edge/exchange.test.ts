import { IncomingMessage, ServerResponse } from 'node:http';
import { Http2ServerResponse } from 'node:http2';
import { Socket } from 'node:net';
import { describe, expect, it, vi } from 'vitest';
import { attachExchange, type Exchange, markAuthenticated, newExchange } from './exchange.ts';

function attach(makeResponse: (request: IncomingMessage) => Exchange['response']) {
  const request = new IncomingMessage(new Socket());
  const known = vi.fn();
  const connection = { exchanges: 1, isClosing: false };
  const response = makeResponse(request);
  const exchange = newExchange({ request, response, owner: 'kube', connection, address: '10.0.0.1', known });
  attachExchange(exchange);
  return { request, exchange, known };
}

const overHttp1 = (request: IncomingMessage): ServerResponse => new ServerResponse(request);
/** As after its stream was destroyed. */
const overHttp2WithoutStream = (): Http2ServerResponse => Object.create(Http2ServerResponse.prototype);

describe('a request whose credential was accepted', () => {
  it.each([
    ['HTTP/1.1', overHttp1],
    ['HTTP/2, whose stream is gone', overHttp2WithoutStream],
  ])('is authenticated, and its count ends once (%s)', (_version, makeResponse) => {
    const { request, exchange, known } = attach(makeResponse);
    expect([exchange.isAuthenticated, known.mock.calls.length]).toEqual([false, 0]);
    for (let count = 0; count < 2; count++) {
      markAuthenticated(request);
      expect([exchange.isAuthenticated, known.mock.calls.length]).toEqual([true, 1]);
    }
  });

  it('may be unknown to the edge', () => {
    expect(() => markAuthenticated(new IncomingMessage(new Socket()))).not.toThrow();
  });
});

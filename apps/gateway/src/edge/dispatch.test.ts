import { IncomingMessage, ServerResponse } from 'node:http';
import { Http2ServerResponse } from 'node:http2';
import { Socket } from 'node:net';
import { expect, it } from 'vitest';
import { dispatch, type EdgeHandlers } from './dispatch.ts';
import type { Owner } from './routes.ts';

interface Answer {
  status: number;
  headers: Record<string, unknown>;
  body: string;
}

/** What a request gets, and which of the handlers. */
function ask(owner: Owner, response: ServerResponse): { called: string[]; answer: Answer } {
  const called: string[] = [];
  const note = (name: string) => (): void => void called.push(name);
  const handlers: EdgeHandlers = {
    api: note('api'),
    kube: { request: note('kube'), upgrade: note('kube upgrade') },
    tunnel: note('tunnel upgrade'),
    live: note('live upgrade'),
    dashboard: note('dashboard'),
  };
  const answer: Answer = { status: 0, headers: {}, body: '' };
  Object.defineProperty(response, 'statusCode', { set: (status: number) => Object.assign(answer, { status }) });
  Object.defineProperty(response, 'headersSent', { value: false });
  Object.defineProperty(response, 'destroyed', { value: false });
  response.setHeader = (name, value) => {
    answer.headers[name] = value;
    return response;
  };
  response.end = (body) => {
    answer.body += body;
    return response;
  };
  dispatch(handlers, owner, { request: new IncomingMessage(new Socket()), response });
  return { called, answer };
}

const overHttp1 = (): ServerResponse => new ServerResponse(new IncomingMessage(new Socket()));
/** Without a stream, which only Node can open. */
const overHttp2 = (): ServerResponse => Object.create(Http2ServerResponse.prototype);

it.each<Owner>(['kube', 'api', 'dashboard'])('passes a request to %s, and to nobody else', (owner) => {
  expect(ask(owner, overHttp1())).toEqual({ called: [owner], answer: { status: 0, headers: {}, body: '' } });
});

const plain = { 'content-type': 'text/plain; charset=utf-8', 'content-length': 46, 'cache-control': 'no-store' };
it.each<[Owner, string, () => ServerResponse, object]>([
  ['tunnel', 'HTTP/1.1', overHttp1, { upgrade: 'websocket' }],
  ['live', 'HTTP/1.1', overHttp1, { upgrade: 'websocket' }],
  ['tunnel', 'HTTP/2', overHttp2, {}],
  ['live', 'HTTP/2', overHttp2, {}],
])('answers a request for %s over %s that is no upgrade with 426', (owner, _version, make, upgrade) => {
  const { called, answer } = ask(owner, make());
  expect(called).toEqual([]);
  expect(answer).toEqual({
    status: 426,
    headers: { ...upgrade, ...plain },
    body: 'This path accepts WebSocket connections only.\n',
  });
});

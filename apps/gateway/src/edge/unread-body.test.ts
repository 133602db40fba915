import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { expect, it } from 'vitest';
import { newExchange } from './exchange.ts';
import { closeUnlessRead } from './unread-body.ts';

/** A request with a body over HTTP/1.1, and its response. */
function upload(): { request: IncomingMessage; response: ServerResponse; endsByItself: () => boolean } {
  const request = new IncomingMessage(new Socket());
  // Node keeps connections open from HTTP/1.1 on.
  request.httpVersionMajor = 1;
  request.httpVersionMinor = 1;
  request.headers = { 'content-length': '3' };
  const response = new ServerResponse(request);
  const connection = { exchanges: 1, isClosing: false };
  closeUnlessRead(newExchange({ request, response, owner: 'api', connection, address: '', known: () => {} }));
  return { request, response, endsByItself: () => request.socket.destroySoon === Socket.prototype.destroySoon };
}

it('leaves a connection as it was when the body was read before the response', () => {
  const { request, response, endsByItself } = upload();
  expect([response.shouldKeepAlive, endsByItself()]).toEqual([false, false]);
  request.emit('end');
  expect([response.shouldKeepAlive, endsByItself()]).toEqual([true, true]);
});

it('closes a connection whose response began before the body was read', () => {
  const { request, response, endsByItself } = upload();
  response.writeHead(200);
  request.emit('end');
  expect([response.shouldKeepAlive, endsByItself()]).toEqual([false, false]);
});

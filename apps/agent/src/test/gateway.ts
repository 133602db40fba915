import { createPublicKey } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { TestCertificate } from '@postern/testkit';
import {
  type AgentReport,
  acceptTunnel,
  type Hello,
  subprotocol,
  type Tunnel,
  webSocketServerOptions,
} from '@postern/tunnel';
import { WebSocketServer } from 'ws';

export const enrolledCluster = '0195f000-0000-7000-8000-000000000002';

/** A gateway that only enrols and accepts agents. */
export interface FakeGateway extends AsyncDisposable {
  url: string;
  /** The state of each join token. */
  tokens: Map<string, 'new' | 'used' | 'expired'>;
  /** Responses to the next enrolments, in place of the regular ones. */
  enrolAnswers: { status: number; body: string }[];
  /** Authorization headers seen at enrolment. */
  enrolments: string[];
  tunnels: Tunnel[];
  hellos: Hello[];
  reports: AgentReport[];
  nextTunnel(): Promise<Tunnel>;
  nextReport(): Promise<AgentReport>;
  close(): Promise<void>;
}

export async function fakeGateway(certificate: TestCertificate): Promise<FakeGateway> {
  let publicKey = '';
  let epoch = 0n;
  const waiting = { tunnel: [] as ((tunnel: Tunnel) => void)[], report: [] as ((report: AgentReport) => void)[] };
  const server = createServer(certificate, (request, response) => void enrol(request, response));
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('tlsClientError', () => {});

  async function enrol(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const answer = (status: number, body: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    if (request.url !== '/api/v1/agents/enroll') return answer(404, { error: { code: 'not-found', message: 'no' } });
    const { authorization = '' } = request.headers;
    gateway.enrolments.push(authorization);
    const scripted = gateway.enrolAnswers.shift();
    if (scripted) return void response.writeHead(scripted.status).end(scripted.body);
    const token = authorization.replace('Bearer ', '');
    const refuse = (status: number, code: string): void => answer(status, { error: { code, message: code } });
    const state = gateway.tokens.get(token);
    if (state === undefined) return refuse(401, 'unauthenticated');
    if (state === 'used') return refuse(409, 'join-token-used');
    if (state === 'expired') return refuse(410, 'gone');
    gateway.tokens.set(token, 'used');
    publicKey = (JSON.parse(Buffer.concat(parts).toString()) as { publicKey: string }).publicKey;
    answer(201, {
      agentId: '0195f000-0000-7000-8000-000000000001',
      clusterId: enrolledCluster,
      clusterName: 'prod',
      organization: 'acme',
      tunnelUrls: [`${gateway.url.replace('https', 'wss')}/tunnel`],
    });
  }

  const webSockets = new WebSocketServer({
    server,
    path: '/tunnel',
    ...webSocketServerOptions,
    handleProtocols: (protocols) => (protocols.has(subprotocol) ? subprotocol : false),
  });
  webSockets.on('connection', (ws) => {
    acceptTunnel(ws, {
      gatewayName: 'test',
      verifyAgent: async () =>
        publicKey === '' ? { refuse: 'proof', reason: 'unknown' } : { publicKey: createPublicKey(publicKey) },
      admit: async () => ({ epoch: ++epoch }),
    }).then(
      ({ tunnel, hello }) => {
        gateway.tunnels.push(tunnel);
        gateway.hellos.push(hello);
        tunnel.on('request', (incoming) => {
          if (incoming.head.kind !== 'report') return incoming.reject('refused', 'reports only');
          incoming.respond({ status: 204, headers: [] }, { end: true });
          gateway.reports.push(incoming.head.report);
          waiting.report.shift()?.(incoming.head.report);
        });
        waiting.tunnel.shift()?.(tunnel);
      },
      () => {},
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = async (): Promise<void> => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    webSockets.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  const gateway: FakeGateway = {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    tokens: new Map(),
    enrolAnswers: [],
    enrolments: [],
    tunnels: [],
    hellos: [],
    reports: [],
    nextTunnel: () => new Promise((resolve) => waiting.tunnel.push(resolve)),
    nextReport: () => new Promise((resolve) => waiting.report.push(resolve)),
    close,
    [Symbol.asyncDispose]: close,
  };
  return gateway;
}

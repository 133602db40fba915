// Measures the tunnel alone, over WebSockets on loopback, with gateway and agent in separate processes:
//   node --conditions=@postern/source bench/tunnel.mjs [--tls KEY.pem CERT.pem] [--seconds 3]
// Prints one JSON line per measurement: bulk in MB/s with CPU seconds per GB on each side, echo latency idle and under bulk,
// streams opened per second.
import { fork } from 'node:child_process';
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { parseArgs } from 'node:util';
import {
  acceptTunnel,
  generateAgentKey,
  TunnelDialer,
  webSocketClientOptions,
  webSocketServerOptions,
} from '@postern/tunnel';
import { WebSocket, WebSocketServer } from 'ws';

const cluster = 'bench';
const block = Buffer.alloc(64 * 1024, 1);
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { tls: { type: 'boolean' }, seconds: { type: 'string', default: '3' } },
});

/** Writes as fast as the stream accepts it. */
function flood(stream) {
  const fill = () => {
    while (!stream.destroyed && stream.write(block));
  };
  stream.on('drain', fill);
  fill();
}

function runAgent({ url, key, ca }) {
  const dialer = new TunnelDialer({
    urls: [url],
    agentId: 'bench',
    clusterId: cluster,
    instance: 'bench',
    version: '0.1.0',
    privateKey: createPrivateKey(key),
    createWebSocket: (to, protocols) => new WebSocket(to, protocols, { ...webSocketClientOptions, ca }),
  });
  dialer.on('disconnected', ({ code, reason }) => {
    process.stderr.write(`disconnected: ${code} ${reason}\n`);
    process.exit(1);
  });
  dialer.on('connected', (tunnel) =>
    tunnel.on('request', ({ head, stream, respond }) => {
      respond({ status: 200, headers: [] });
      if (head.path === '/down') flood(stream);
      if (head.path === '/echo') stream.pipe(stream);
      else stream.resume();
    }),
  );
  dialer.start();
  process.on('message', () => process.send(process.cpuUsage()));
}

async function runGateway() {
  const [keyFile, certFile] = positionals;
  const tls = values.tls ? { key: readFileSync(keyFile), cert: readFileSync(certFile) } : undefined;
  const server = tls === undefined ? createHttpServer() : createHttpsServer(tls);
  const wss = new WebSocketServer({ server, ...webSocketServerOptions });
  const pair = generateAgentKey();
  const accepted = once(wss, 'connection').then(([ws]) =>
    acceptTunnel(ws, {
      gatewayName: 'bench',
      verifyAgent: async () => ({ publicKey: createPublicKey(pair.publicKeyPem) }),
      admit: async () => ({ epoch: 1n }),
    }),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const agent = fork(new URL(import.meta.url), ['agent'], { execArgv: process.execArgv });
  const url = `${tls === undefined ? 'ws' : 'wss'}://localhost:${server.address().port}/tunnel`;
  agent.send({ url, key: pair.privateKeyPem, ca: tls?.cert.toString() });
  const { tunnel } = await accepted;

  const open = (path, options) => {
    const head = { kind: 'http', cluster, method: 'POST', path, headers: [], identity: { user: 'bench', groups: [] } };
    return tunnel.request(head, options).stream;
  };
  const print = (result) => process.stdout.write(`${JSON.stringify(result)}\n`);
  const seconds = (cpu) => (cpu.user + cpu.system) / 1e6;
  const agentCpu = async () => {
    agent.send('cpu');
    return seconds((await once(agent, 'message'))[0]);
  };
  const start = (path, count) =>
    Array.from({ length: count }, () => {
      const stream = open(path);
      if (path === '/down') stream.resume();
      else flood(stream);
      return stream;
    });

  async function bulk(path, count) {
    const before = { gateway: seconds(process.cpuUsage()), agent: await agentCpu(), at: performance.now() };
    const streams = start(path, count);
    await new Promise((resolve) => setTimeout(resolve, Number(values.seconds) * 1000));
    const took = (performance.now() - before.at) / 1000;
    const bytes = streams.reduce((sum, stream) => sum + stream.bytesReceived + stream.bytesSent, 0);
    const cpu = { gateway: seconds(process.cpuUsage()) - before.gateway, agent: (await agentCpu()) - before.agent };
    for (const stream of streams) stream.destroy();
    print({
      bulk: path,
      streams: count,
      mbPerSecond: Math.round(bytes / 1e6 / took),
      cpuPerGb: { gateway: round(cpu.gateway / (bytes / 1e9)), agent: round(cpu.agent / (bytes / 1e9)) },
    });
  }

  async function echo(name, count) {
    const stream = open('/echo', { interactive: true });
    const times = [];
    for (let i = 0; i < count; i++) {
      const at = performance.now();
      stream.write('x');
      await once(stream, 'data');
      times.push(performance.now() - at);
    }
    stream.destroy();
    times.sort((a, b) => a - b);
    print({ echo: name, p50Ms: round(times[count >> 1]), p99Ms: round(times[Math.floor(count * 0.99)]) });
  }

  async function opens(count) {
    const at = performance.now();
    for (let i = 0; i < count; i += 50) {
      await Promise.all(
        Array.from({ length: 50 }, async () => {
          const stream = open('/echo');
          stream.end('x');
          stream.resume();
          await once(stream, 'close');
        }),
      );
    }
    print({ openEchoClosePerSecond: Math.round(count / ((performance.now() - at) / 1000)) });
  }

  await echo('warm-up', 1000);
  await echo('idle', 2000);
  for (const path of ['/down', '/up']) for (const count of [1, 8]) await bulk(path, count);
  const streams = start('/down', 8);
  await echo('with 8 bulk streams', 500);
  for (const stream of streams) stream.destroy();
  await opens(2000);
  agent.kill();
  tunnel.close(1000, 'done');
  server.close();
  wss.close();
}

function round(value) {
  return Math.round(value * 100) / 100;
}

if (positionals[0] === 'agent') process.once('message', runAgent);
else await runGateway();

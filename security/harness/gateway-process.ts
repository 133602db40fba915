import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { freePort, selfSigned } from '@postern/testkit';
import { startTestDatabase } from '../../apps/gateway/src/test/test-database.ts';
import { gatewayRuntime } from '../../apps/local/src/gateway-runtime.ts';
import { ProcessLog } from './process-log.ts';

/** If this variable names a folder, the gateway is profiled and writes its CPU profile there when it exits. */
const profileFolder = process.env['GATEWAY_CPU_PROFILE'];
const profiling = profileFolder === undefined ? [] : ['--cpu-prof', '--cpu-prof-dir', profileFolder];

const program = resolve(import.meta.dirname, '../../apps/gateway/dist/main.js');

/** How a gateway is reached. */
export interface GatewayAddress {
  port: number;
  /** The public origin. */
  origin: string;
  /** False behind a load balancer that terminates TLS: the listener then speaks plain HTTP/1.1. */
  tls: boolean;
  /** Certificate authority of the listener, PEM. */
  caPem: string;
  /** Network address to connect from, one of 127.0.0.0/8; the system's choice when undefined. */
  from?: string;
}

/** A gateway as it runs in production: a separate process with its own PostgreSQL, listening on loopback. */
export interface GatewayProcess extends GatewayAddress {
  pid: number;
  metricsUrl: string;
  /** File of the certificate authority. */
  caFile: string;
  /** A folder for this run's files. */
  folder: string;
  log: ProcessLog;
  /** False once the process has ended, for whatever reason. */
  isRunning(): boolean;
  /** How the process ended, as text; undefined while it runs. */
  ending(): string | undefined;
  stop(): Promise<void>;
}

/**
 * @param options.environment variables beyond those that every gateway needs.
 * @throws when it does not start.
 */
export async function startGatewayProcess(
  options: { environment?: Record<string, string>; tls?: boolean } = {},
): Promise<GatewayProcess> {
  const { environment = {}, tls = true } = options;
  const [database, folder, certificate] = await Promise.all([
    startTestDatabase(),
    mkdtemp(join(tmpdir(), 'postern-security-')),
    selfSigned(),
  ]);
  // Chosen last, shortly before it is used.
  const port = await freePort();
  const file = async (name: string, content: string | Buffer): Promise<string> => {
    await writeFile(join(folder, name), content, { mode: 0o600 });
    return join(folder, name);
  };
  const origin = `https://localhost:${port}`;
  const caFile = await file('ca.crt', certificate.cert);
  const certificateFiles = {
    POSTERN_TLS_CERT_FILE: await file('tls.crt', certificate.cert),
    POSTERN_TLS_KEY_FILE: await file('tls.key', certificate.key),
  };
  const child = spawn(process.execPath, [...profiling, ...gatewayRuntime.nodeArgs, program], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: {
      PATH: process.env['PATH'],
      TMPDIR: process.env['TMPDIR'],
      NODE_ENV: 'production',
      ...gatewayRuntime.env,
      POSTERN_PUBLIC_URL: origin,
      POSTERN_PORT: String(port),
      ...(tls ? certificateFiles : {}),
      POSTERN_CA_FILE: caFile,
      POSTERN_SECRET_FILE: await file('secret', randomBytes(32)),
      POSTERN_DATABASE_URL: database.appUrl,
      POSTERN_METRICS_PORT: '0',
      POSTERN_DRAIN_SECONDS: '1',
      ...environment,
    },
  });
  const log = new ProcessLog(child);
  const remove = async (): Promise<void> => {
    await database.stop();
    await rm(folder, { recursive: true, force: true });
  };
  let ending: string | undefined;
  child.once('exit', (code, signal) => {
    ending = signal === null ? `it exited with code ${code}` : `it was killed by ${signal}`;
  });
  try {
    const { metricsUrl } = await untilReady(child, log);
    return {
      pid: child.pid ?? 0,
      port,
      origin,
      tls,
      metricsUrl,
      caPem: certificate.cert,
      caFile,
      folder,
      log,
      isRunning: () => ending === undefined,
      ending: () => ending,
      stop: async () => {
        await end(child);
        await remove();
      },
    };
  } catch (error) {
    await end(child);
    await remove();
    throw error;
  }
}

async function untilReady(child: ChildProcess, log: ProcessLog): Promise<{ metricsUrl: string }> {
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the gateway ended with code ${code} before it was ready:\n${log.tail(20)}`);
  });
  const ready = new Promise<{ metricsUrl: string }>((fulfil) => {
    child.on('message', (message: { type: string; metricsUrl: string }) => {
      if (message.type === 'ready') fulfil(message);
    });
  });
  return Promise.race([ready, ended]);
}

/** Sends SIGTERM, and SIGKILL if the process has not ended 10 s later. */
export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  const patience = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await gone;
  clearTimeout(patience);
}

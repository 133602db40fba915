import { freePort, testCertificate } from '@postern/testkit';
import 'reflect-metadata';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent, request as httpsRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CreatedCluster, Enrolled, SignedIn } from '@postern/contracts';
import { generateAgentKey } from '@postern/tunnel';
import { pino } from 'pino';
import { readConfig } from '../config.ts';
import { type Gateway, startGateway } from '../gateway.ts';
import { startTestDatabase, type TestDatabase } from './test-database.ts';

export interface Reply {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests inspect arbitrary JSON.
  json: any;
}

interface AskOptions {
  token?: string | undefined;
  /** `name=value; …`. */
  cookie?: string;
  headers?: Record<string, string>;
  /** A string or Buffer is sent unchanged, anything else as JSON. */
  body?: unknown;
}

/** A user who has signed up, with an API token. */
export interface Person {
  email: string;
  userId: string;
  slug: string;
  organizationId: string;
  token: string;
}

/** Requests of users and agents to a gateway on loopback. */
export interface GatewayClient {
  ask(method: string, path: string, options?: AskOptions): Promise<Reply>;
  signUp(name: string): Promise<Person>;
  createCluster(person: Person, name: string): Promise<CreatedCluster>;
  enroll(joinToken: string): Promise<Enrolled & { privateKeyPem: string }>;
}

/** A complete gateway on loopback, with its own database. */
export interface GatewayHarness extends GatewayClient {
  origin: string;
  port: number;
  caPem: string;
  database: TestDatabase;
  /** Environment for another gateway on the same database, without its address. */
  environment: Record<string, string>;
  gateway: Gateway;
  /** The lines of the log. */
  log: string[];
  stop(): Promise<void>;
}

export const password = 'correct horse battery';

/** @param environment variables in addition to those that every gateway needs. */
export async function startGatewayHarness(environment: Record<string, string> = {}): Promise<GatewayHarness> {
  const [database, folder] = await Promise.all([startTestDatabase(), mkdtemp(join(tmpdir(), 'postern-harness-'))]);
  // Chosen last, shortly before it is used.
  const port = await freePort();
  const { cert, key } = await testCertificate();
  const file = async (name: string, content: string | Buffer): Promise<string> => {
    await writeFile(join(folder, name), content);
    return join(folder, name);
  };
  const origin = `https://localhost:${port}`;
  const shared = {
    POSTERN_TLS_CERT_FILE: await file('tls.crt', cert),
    POSTERN_TLS_KEY_FILE: await file('tls.key', key),
    POSTERN_CA_FILE: await file('ca.crt', cert),
    POSTERN_SECRET_FILE: await file('secret', randomBytes(32)),
    POSTERN_DATABASE_URL: database.appUrl,
    POSTERN_METRICS_PORT: '0',
    POSTERN_DRAIN_SECONDS: '1',
    POSTERN_SIGN_INS_PER_ADDRESS: '10000',
    POSTERN_SIGN_UPS_PER_ADDRESS: '10000',
    ...environment,
  };
  const config = readConfig({ ...shared, POSTERN_PUBLIC_URL: origin, POSTERN_PORT: String(port) });
  const log: string[] = [];
  const logger = pino({ level: 'debug' }, { write: (line: string) => void log.push(line) });
  const gateway = await startGateway(config, logger);
  const agent = new Agent({ keepAlive: true, ca: cert });

  const harness: GatewayHarness = {
    origin,
    port,
    caPem: cert,
    database,
    gateway,
    log,
    environment: shared,
    ...gatewayClient(port, agent),
    stop: async () => {
      agent.destroy();
      await gateway.stop();
      await database.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
  return harness;
}

/** @param agent trusts the gateway's CA; the caller destroys it. */
export function gatewayClient(port: number, agent: Agent): GatewayClient {
  const ask = (method: string, path: string, { token, cookie, headers = {}, body }: AskOptions = {}): Promise<Reply> =>
    new Promise((resolve, reject) => {
      const isRaw = typeof body === 'string' || Buffer.isBuffer(body);
      const payload = body === undefined || isRaw ? body : JSON.stringify(body);
      const request = httpsRequest({
        agent,
        host: 'localhost',
        port,
        method,
        path,
        headers: {
          ...(payload === undefined
            ? {}
            : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(payload) }),
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(cookie === undefined ? {} : { cookie }),
          ...headers,
        },
      });
      request.on('error', reject).on('response', (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(parts).toString();
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json: parse(text) });
        });
      });
      request.end(payload);
    });

  return {
    ask,
    signUp: async (name) => {
      const email = `${name}@example.com`;
      const token = { name: 'test', expiresInSeconds: 3_600 };
      const reply = await ask('POST', '/api/v1/auth/sign-up', { body: { email, password, organization: name, token } });
      if (reply.status !== 201) throw new Error(`sign-up: ${reply.status} ${reply.text}`);
      const signedIn = reply.json as SignedIn;
      const [organization] = signedIn.organizations;
      return {
        email,
        userId: signedIn.user.id,
        slug: organization?.slug ?? '',
        organizationId: organization?.id ?? '',
        token: signedIn.token?.secret ?? '',
      };
    },
    createCluster: async ({ slug, token }, name) => {
      const reply = await ask('POST', `/api/v1/organizations/${slug}/clusters`, { token, body: { name } });
      if (reply.status !== 201) throw new Error(`create cluster: ${reply.status} ${reply.text}`);
      return reply.json as CreatedCluster;
    },
    enroll: async (joinToken) => {
      const { publicKeyPem, privateKeyPem } = generateAgentKey();
      const body = { publicKey: publicKeyPem, version: '0.1.0', instance: 'test', location: 'outside' };
      const reply = await ask('POST', '/api/v1/agents/enroll', { token: joinToken, body });
      if (reply.status !== 201) throw new Error(`enrol: ${reply.status} ${reply.text}`);
      return { ...(reply.json as Enrolled), privateKeyPem };
    },
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

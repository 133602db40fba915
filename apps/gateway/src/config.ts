import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { z } from 'zod';
import { type ProxySettings, parseNetwork } from './edge/trusted-proxies.ts';
import { type LimitSettings, limitVariables, readLimits } from './limits/settings.ts';
import type { S3Settings } from './recordings/s3-store.ts';
import type { TerminalSettings } from './terminals/held/held-terminals.ts';

/** An invalid environment variable; `message` names it and says what it must be. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}

const port = z.coerce.number().int().min(0).max(65_535);
const file = z.string().min(1);
const whole = (least: number, most: number) => z.coerce.number().int().min(least).max(most);
const flag = z.stringbool();
const origin = z.url({ protocol: /^https$/, error: 'an https:// URL is wanted' }).transform((text, context) => {
  const url = new URL(text);
  if (url.pathname === '/' && url.search === '' && url.hash === '' && url.username === '') return url.origin;
  context.addIssue({ code: 'custom', message: 'an origin is wanted: https://host or https://host:port' });
  return z.NEVER;
});
const names = z
  .string()
  .transform((text) => text.split(',').filter((name) => name !== ''))
  .pipe(z.array(z.string().regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/)).max(8));

const networks = z
  .string()
  .transform((text) => text.split(',').flatMap((part) => (part.trim() === '' ? [] : part.trim())))
  .refine((parts) => parts.every((part) => parseNetwork(part) !== undefined), 'networks in CIDR notation are wanted')
  .refine((parts) => parts.length <= 256, 'at most 256 networks are taken');

/** Every variable that the gateway reads, with its schema. The table is also in docs/configuration.md. */
export const variables = {
  POSTERN_PUBLIC_URL: origin.describe('Where people and agents reach the gateway: `https://host[:port]`, no path.'),
  POSTERN_LISTEN: z.string().min(1).default('127.0.0.1').describe('Address to listen on.'),
  POSTERN_PORT: port.default(8443).describe('Port to listen on; 0 takes a free one.'),
  POSTERN_TLS_CERT_FILE: file
    .optional()
    .describe(
      'Certificate chain, PEM. Without it the gateway speaks plain HTTP/1.1 and something before it must end TLS.',
    ),
  POSTERN_TLS_KEY_FILE: file.optional().describe('Private key of the certificate, PEM.'),
  POSTERN_CA_FILE: file
    .optional()
    .describe('Authority that signed the certificate, PEM, where it is no public one. Agents and kubeconfigs get it.'),
  POSTERN_TRUSTED_PROXIES: networks
    .prefault('')
    .describe('Networks of the load balancers before the gateway, in CIDR notation, separated by commas.'),
  POSTERN_CLIENT_ADDRESS: z
    .enum(['connection', 'proxy-protocol', 'x-forwarded-for'])
    .default('connection')
    .describe(
      'How those load balancers name the client: `proxy-protocol` (version 2, before TLS; every connection of theirs must begin with it) or `x-forwarded-for` (the header). `connection` believes nobody.',
    ),
  POSTERN_DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/, error: 'a postgres:// URL is wanted' })
    .describe('PostgreSQL, as the role that serves (`postern_app`).'),
  POSTERN_DATABASE_CONNECTIONS: whole(2, 1_000)
    .default(10)
    .describe('Most connections to the database at once. About a third of them are for queries across organizations.'),
  POSTERN_SECRET_FILE: file.describe(
    'At least 32 random bytes. Keys that sign sessions are derived from it; changing it signs everyone out.',
  ),
  POSTERN_DASHBOARD_URL: z
    .url({ protocol: /^http$/, error: 'an http:// URL is wanted' })
    .optional()
    .describe("The dashboard's server. Without it there is the API only."),
  POSTERN_METRICS_LISTEN: z.string().min(1).default('127.0.0.1').describe('Address of the metrics for Prometheus.'),
  POSTERN_METRICS_PORT: port.default(9464).describe('Port of the metrics; 0 takes a free one.'),
  POSTERN_AGENT_IMAGE: z
    .string()
    .regex(/^[\w./:@-]{1,300}$/)
    .default('localhost/postern-agent:0.1.0')
    .describe('Image that the install manifest names.'),
  POSTERN_LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
    .default('info')
    .describe('Lowest level that is logged. A healthy gateway logs no `error`.'),
  POSTERN_DRAIN_SECONDS: whole(0, 3_600).default(30).describe('How long open streams may go on after SIGTERM.'),
  POSTERN_CRASH_DRAIN_SECONDS: whole(0, 30)
    .default(3)
    .describe('The same after an uncaught error. The gateway then ends with exit code 70; 0 ends it at once.'),
  POSTERN_TERMINAL_GRACE_SECONDS: whole(10, 86_400)
    .default(600)
    .describe('How long a terminal runs on while nobody has it open.'),
  POSTERN_TERMINALS: whole(1, 100_000)
    .default(400)
    .describe('Terminals of the dashboard that this gateway holds at once; each takes up to 1.5 MiB.'),
  POSTERN_SMTP_URL: z
    .url({ protocol: /^smtps?$/, error: 'an smtp:// or smtps:// URL is wanted' })
    .optional()
    .describe(
      'Mail server, `smtps://user:password@host[:465]` or `smtp://…[:587]`, which must offer STARTTLS unless it is on this machine. Without it no e-mail is sent.',
    ),
  POSTERN_MAIL_FROM: z.email().optional().describe('Sender of e-mail. Goes with `POSTERN_SMTP_URL`.'),
  POSTERN_JOIN_TOKEN_SECONDS: whole(60, 604_800).default(3_600).describe('Lifetime of a join token.'),
  POSTERN_RECORDING_MIB: whole(1, 65_536)
    .default(256)
    .describe('The largest recording of a session, in MiB before compression, which makes it about a tenth.'),
  POSTERN_RECORDINGS_S3_ENDPOINT: z
    .url({ protocol: /^https?$/, error: 'an http:// or https:// URL is wanted' })
    .optional()
    .describe(
      'S3-compatible storage for recordings, such as `https://s3.eu-central-1.amazonaws.com`. Without it they are in the database.',
    ),
  POSTERN_RECORDINGS_S3_REGION: z.string().min(1).default('us-east-1').describe('Its region.'),
  POSTERN_RECORDINGS_S3_BUCKET: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/)
    .optional()
    .describe('The bucket, which must exist.'),
  POSTERN_RECORDINGS_S3_PREFIX: z
    .string()
    .regex(/^(?:[\w-]+\/)*$/)
    .default('recordings/')
    .describe("Put before each object's name; empty, or ending in a slash."),
  POSTERN_RECORDINGS_S3_ACCESS_KEY_FILE: z
    .string()
    .min(1)
    .optional()
    .describe('File with the access key: its id on the first line, its secret on the second.'),
  POSTERN_AUDIT_MEMORY_MIB: whole(1, 65_536)
    .default(128)
    .describe('Most memory for audit events that wait because the database cannot be reached.'),
  POSTERN_WEBHOOK_NETWORKS: networks
    .prefault('')
    .describe(
      'Networks that are not public and to which webhooks, and requests to OpenID Connect providers, may be sent, in CIDR notation, separated by commas.',
    ),
  ...limitVariables,
  POSTERN_LOCAL: flag.default(false).describe('Set by `npm start`: this instance runs alone on one machine.'),
  POSTERN_DEMO: flag.default(false).describe('Set by `npm start`: each new organization gets a cluster `demo`.'),
  POSTERN_SETUP_CODE_SHA256: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'SHA-256 in hex is wanted')
    .optional()
    .describe('Set by `npm start` where others can reach it: the code that creating the first account takes, hashed.'),
  POSTERN_LOCAL_CLUSTERS: names
    .prefault('')
    .describe('Set by `npm start -- --connect`: names of clusters that this machine connects, separated by commas.'),
} as const;

const Environment = z.object(variables);

/** The mail server, and the address that messages come from. */
export interface MailSettings {
  url: URL;
  from: string;
}

/** The gateway's configuration, parsed and validated. */
export interface Config {
  /** Exactly as in a browser's Origin header. */
  publicOrigin: string;
  listen: { host: string; port: number };
  tls: { cert: string; key: string } | undefined;
  proxies: ProxySettings;
  /** The private certificate authority that clients must trust; null if a public one signed the certificate. */
  ca: { pem: string; file: string } | null;
  database: { url: string; connections: number };
  secret: Buffer;
  dashboardUrl: URL | undefined;
  metrics: { host: string; port: number };
  agentImage: string;
  logLevel: string;
  drainMs: number;
  crashDrainMs: number;
  joinTokenMs: number;
  /** Null if no e-mail is sent. */
  mail: MailSettings | null;
  terminals: TerminalSettings;
  /** `most`: memory for events that wait, in bytes. */
  audit: { most: number };
  /** In CIDR notation. */
  webhookNetworks: readonly string[];
  limits: LimitSettings;
  recordings: {
    /** The largest recording, in bytes. */
    mostBytes: number;
    /** Undefined if they are kept in the database. */
    s3: S3Settings | undefined;
  };
  /** Null unless `npm start` runs this gateway. */
  local: { demo: boolean; clusters: string[] } | null;
  /** SHA-256 of the code required to create the first account; null if none is. */
  setupCodeHash: Buffer | null;
}

/** The only function that reads the environment. @throws {ConfigurationError} */
export function readConfig(environment: NodeJS.ProcessEnv): Config {
  const parsed = Environment.safeParse(environment);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path: [name = ''], message }) =>
      environment[String(name)] === undefined ? `${String(name)} is not set` : `${String(name)}: ${message}`,
    );
    throw new ConfigurationError(`${problems.join('. ')}. See docs/configuration.md.`);
  }
  const env = parsed.data;
  const { POSTERN_TLS_CERT_FILE: certFile, POSTERN_TLS_KEY_FILE: keyFile } = env;
  if ((certFile === undefined) !== (keyFile === undefined))
    throw new ConfigurationError('POSTERN_TLS_CERT_FILE and POSTERN_TLS_KEY_FILE go together: one of them is missing.');
  if (env.POSTERN_CLIENT_ADDRESS !== 'connection' && env.POSTERN_TRUSTED_PROXIES.length === 0)
    throw new ConfigurationError(
      `POSTERN_CLIENT_ADDRESS is ${env.POSTERN_CLIENT_ADDRESS}: set POSTERN_TRUSTED_PROXIES to the networks of your load balancers.`,
    );
  const { POSTERN_SMTP_URL: smtpUrl, POSTERN_MAIL_FROM: mailFrom } = env;
  if ((smtpUrl === undefined) !== (mailFrom === undefined))
    throw new ConfigurationError('POSTERN_SMTP_URL and POSTERN_MAIL_FROM go together: one of them is missing.');
  const secret = read('POSTERN_SECRET_FILE', env.POSTERN_SECRET_FILE);
  if (secret.byteLength < 32) throw new ConfigurationError('POSTERN_SECRET_FILE: the file has fewer than 32 bytes.');
  return {
    publicOrigin: env.POSTERN_PUBLIC_URL,
    listen: { host: env.POSTERN_LISTEN, port: env.POSTERN_PORT },
    tls: certFile === undefined || keyFile === undefined ? undefined : readTls(certFile, keyFile),
    proxies: { trusted: env.POSTERN_TRUSTED_PROXIES, source: env.POSTERN_CLIENT_ADDRESS },
    ca: env.POSTERN_CA_FILE === undefined ? null : readAuthority(env.POSTERN_CA_FILE),
    database: { url: env.POSTERN_DATABASE_URL, connections: env.POSTERN_DATABASE_CONNECTIONS },
    secret,
    dashboardUrl: env.POSTERN_DASHBOARD_URL === undefined ? undefined : new URL(env.POSTERN_DASHBOARD_URL),
    metrics: { host: env.POSTERN_METRICS_LISTEN, port: env.POSTERN_METRICS_PORT },
    agentImage: env.POSTERN_AGENT_IMAGE,
    logLevel: env.POSTERN_LOG_LEVEL,
    drainMs: env.POSTERN_DRAIN_SECONDS * 1_000,
    crashDrainMs: env.POSTERN_CRASH_DRAIN_SECONDS * 1_000,
    mail: smtpUrl === undefined || mailFrom === undefined ? null : { url: new URL(smtpUrl), from: mailFrom },
    joinTokenMs: env.POSTERN_JOIN_TOKEN_SECONDS * 1_000,
    terminals: { graceMs: env.POSTERN_TERMINAL_GRACE_SECONDS * 1_000, most: env.POSTERN_TERMINALS },
    audit: { most: env.POSTERN_AUDIT_MEMORY_MIB * 1_048_576 },
    webhookNetworks: env.POSTERN_WEBHOOK_NETWORKS,
    limits: readLimits(env),
    recordings: { mostBytes: env.POSTERN_RECORDING_MIB * 1024 * 1024, s3: readS3(env) },
    setupCodeHash:
      env.POSTERN_SETUP_CODE_SHA256 === undefined ? null : Buffer.from(env.POSTERN_SETUP_CODE_SHA256, 'hex'),
    local: env.POSTERN_LOCAL ? { demo: env.POSTERN_DEMO, clusters: env.POSTERN_LOCAL_CLUSTERS } : null,
  };
}

/** @throws {ConfigurationError} unless all of it is set, or nothing. */
function readS3(env: z.output<typeof Environment>): S3Settings | undefined {
  const {
    POSTERN_RECORDINGS_S3_ENDPOINT: endpoint,
    POSTERN_RECORDINGS_S3_BUCKET: bucket,
    POSTERN_RECORDINGS_S3_ACCESS_KEY_FILE: file,
  } = env;
  if (endpoint === undefined && bucket === undefined && file === undefined) return undefined;
  if (endpoint === undefined || bucket === undefined || file === undefined)
    throw new ConfigurationError(
      'POSTERN_RECORDINGS_S3_ENDPOINT, POSTERN_RECORDINGS_S3_BUCKET and POSTERN_RECORDINGS_S3_ACCESS_KEY_FILE go together: one of them is missing.',
    );
  const [accessKeyId, secretAccessKey] = read('POSTERN_RECORDINGS_S3_ACCESS_KEY_FILE', file).toString().split(/\r?\n/);
  if (!accessKeyId || !secretAccessKey)
    throw new ConfigurationError('POSTERN_RECORDINGS_S3_ACCESS_KEY_FILE: the file must have two lines, id and secret.');
  return {
    endpoint: new URL(endpoint),
    region: env.POSTERN_RECORDINGS_S3_REGION,
    bucket,
    prefix: env.POSTERN_RECORDINGS_S3_PREFIX,
    accessKeyId,
    secretAccessKey,
  };
}

function read(variable: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new ConfigurationError(`${variable}: ${path} cannot be read (${(cause as NodeJS.ErrnoException).code}).`, {
      cause,
    });
  }
}

function readTls(certFile: string, keyFile: string): { cert: string; key: string } {
  const tls = { cert: readText('POSTERN_TLS_CERT_FILE', certFile), key: readText('POSTERN_TLS_KEY_FILE', keyFile) };
  try {
    createSecureContext(tls);
  } catch (cause) {
    throw new ConfigurationError(
      `POSTERN_TLS_CERT_FILE and POSTERN_TLS_KEY_FILE are not a certificate and its key in PEM (${(cause as Error).message}).`,
      { cause },
    );
  }
  return tls;
}

function readAuthority(file: string): { pem: string; file: string } {
  const pem = readText('POSTERN_CA_FILE', file);
  try {
    new X509Certificate(pem);
  } catch (cause) {
    throw new ConfigurationError(`POSTERN_CA_FILE: ${file} holds no certificate in PEM.`, { cause });
  }
  return { pem, file };
}

function readText(variable: string, path: string): string {
  return read(variable, path).toString('utf8');
}

import type { Pod } from '../model/kinds.ts';
import { loggingOf } from './behaviour.ts';
import type { LogSource } from './log-source.ts';

/** The context of a line. */
interface Moment {
  index: number;
  /** Milliseconds since 1970. */
  time: number;
  /** A number from 0 to 1, always the same for a given line and salt. */
  dice(salt: number): number;
  source: LogSource;
}

interface Chatter {
  /** Milliseconds between two lines. */
  period: number;
  text(moment: Moment): string;
}

const NEVER: Chatter = { period: 1e12, text: () => '' };
const iso = (time: number) => new Date(time).toISOString();
const pick = <T>(items: readonly [T, ...T[]], dice: number): T => items[Math.floor(dice * items.length)] ?? items[0];
const hex = (dice: number, length: number) =>
  Math.floor(dice * 16 ** length)
    .toString(16)
    .padStart(length, '0');

const paths = [
  '/',
  '/products',
  '/products/42',
  '/cart',
  '/checkout',
  '/assets/app.js',
  '/api/search?q=lamp',
  '/healthz',
] as const;

function accessLog({ time, dice }: Moment): string {
  const date = new Date(time).toUTCString();
  const [, day, month, year, clock] = /^\w+, (\d+) (\w+) (\d+) ([\d:]+)/.exec(date) ?? [];
  const status = dice(3) < 0.92 ? 200 : dice(3) < 0.97 ? 304 : dice(3) < 0.99 ? 404 : 502;
  const client = `10.244.${1 + Math.floor(dice(1) * 2)}.${2 + Math.floor(dice(2) * 40)}`;
  const size = 200 + Math.floor(dice(5) * 24_000);
  return `${client} - - [${day}/${month}/${year}:${clock} +0000] "GET ${pick(paths, dice(4))} HTTP/1.1" ${status} ${size} "-" "Mozilla/5.0"`;
}

function jsonLog({ time, dice }: Moment): string {
  const level = dice(1) < 0.9 ? 'info' : dice(1) < 0.97 ? 'warn' : 'error';
  const message = {
    info: pick(['request completed', 'order placed', 'cache hit', 'inventory reserved'], dice(2)),
    warn: pick(['slow query', 'retrying payment', 'stock is low'], dice(2)),
    error: pick(['payment provider refused the connection', 'order not found'], dice(2)),
  }[level];
  return JSON.stringify({
    time: iso(time),
    level,
    msg: message,
    durationMs: Math.round(3 + dice(3) * (level === 'info' ? 80 : 1_900)),
    order: `A-${10_000 + Math.floor(dice(4) * 90_000)}`,
    traceId: hex(dice(5), 8) + hex(dice(6), 8),
  });
}

const colour = {
  reset: '\x1b[0m',
  dim: '\x1b[2m',
  green: '\x1b[32m',
  yellow: '\x1b[33m',
  red: '\x1b[31m',
  cyan: '\x1b[36m',
};

function colourLog({ time, dice }: Moment): string {
  const [tone, level] =
    dice(1) < 0.85 ? [colour.green, 'INFO'] : dice(1) < 0.96 ? [colour.yellow, 'WARN'] : [colour.red, 'ERROR'];
  const logger = pick(['http.server', 'sqlstore', 'ngalert', 'plugins'], dice(2));
  const message = pick(['Request Completed', 'Dashboard loaded', 'Evaluating rules', 'Session refreshed'], dice(3));
  return `${colour.dim}${iso(time)}${colour.reset} ${tone}${level.padEnd(5)}${colour.reset} ${colour.cyan}${logger}${colour.reset} ${message} duration=${Math.round(dice(4) * 90)}ms`;
}

function logfmt({ time, dice }: Moment): string {
  const message = pick(
    ['Scrape finished', 'Compacted block', 'Checkpoint done', 'Flushed stream', 'Head GC completed'],
    dice(1),
  );
  return `time=${iso(time)} level=${dice(2) < 0.95 ? 'INFO' : 'WARN'} component=tsdb msg="${message}" duration=${(dice(3) * 900).toFixed(1)}ms`;
}

function klog({ time, dice }: Moment): string {
  const text = iso(time);
  const head = `${dice(1) < 0.95 ? 'I' : 'W'}${text.slice(5, 7)}${text.slice(8, 10)} ${text.slice(11, 23)}000       1`;
  const message = pick(
    ['"Finished syncing"', '"Caches are synced"', '"Successfully renewed lease"', '"Watch closed"'],
    dice(2),
  );
  return `${head} controller.go:${100 + Math.floor(dice(3) * 400)}] ${message} items=${Math.floor(dice(4) * 90)}`;
}

const crash = [
  'starting payments 0.31.0-rc.2',
  'loading configuration from /etc/payments',
  'connecting to vault.internal:8200',
  '\x1b[33mWARN\x1b[0m vault.internal:8200: no such host, retrying in 2s',
  '\x1b[33mWARN\x1b[0m vault.internal:8200: no such host, retrying in 4s',
  '\x1b[33mWARN\x1b[0m vault.internal:8200: no such host, retrying in 8s',
  '\x1b[31mERROR\x1b[0m cannot read the signing key: vault.internal:8200: no such host',
  'Error: cannot start without a signing key',
  '    at loadSigningKey (/app/dist/keys.js:41:11)',
  '    at async start (/app/dist/main.js:17:3)',
] as const;

const cleanup = ['looking for abandoned carts', 'found 37 carts older than 24h', 'removed 37 carts', 'done'] as const;

const byImage: [pattern: RegExp, chatter: Chatter][] = [
  [/\/frontend:/, { period: 900, text: accessLog }],
  [/\/(?:catalog|checkout):/, { period: 1_400, text: jsonLog }],
  [/\/payments:/, { period: 2_000, text: ({ index }) => crash[index] ?? '' }],
  [/\/cleanup:/, { period: 2_000, text: ({ index }) => cleanup[index] ?? '' }],
  [/\/grafana:/, { period: 2_300, text: colourLog }],
  [/\/(?:prometheus|loki|node-exporter|exporter):/, { period: 4_000, text: logfmt }],
  [/^registry\.k8s\.io\//, { period: 6_000, text: klog }],
  [
    /\/(?:postgres|redis):/,
    {
      period: 9_000,
      text: ({ time, dice }) =>
        `${iso(time)} [${1 + Math.floor(dice(1) * 90)}] LOG:  checkpoint complete: wrote ${Math.floor(dice(2) * 400)} buffers`,
    },
  ],
];

const ordinary: Chatter = {
  period: 5_000,
  text: ({ index, time, source }) => `${iso(time)} ${source.container}: tick ${index}`,
};

/** The log output of a container's program; one that waits for input writes nothing. */
export function chatter(pod: Pod, container: string): Chatter {
  const spec = pod.spec.containers.find(({ name }) => name === container);
  if (spec === undefined || spec.stdin === true) return NEVER;
  const { period } = loggingOf(pod);
  if (period !== undefined) return { ...ordinary, period };
  return byImage.find(([pattern]) => pattern.test(spec.image ?? ''))?.[1] ?? ordinary;
}

import 'reflect-metadata';
import { type Config, ConfigurationError, readConfig } from './config.ts';
import { collectGarbage } from './core/collect-garbage.ts';
import { createLogger } from './core/log.ts';
import { crashExitCode, endOnUncaught } from './core/uncaught.ts';
import { readCompilerWhenDecoded } from './database/compiler-text.ts';
import { isUnreachable } from './database/database.ts';
import { type Gateway, startGateway } from './gateway.ts';
import { onParent, tellParent } from './local/parent.ts';

/** Ends the process with a message, for errors that the person who started it can fix. */
function giveUp(sentence: string): never {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}

/** The message for an error at startup; undefined for a bug. */
function sentenceOf(error: unknown, { listen }: Config): string | undefined {
  const code = error instanceof Error ? Reflect.get(error, 'code') : undefined;
  if (code === 'EADDRINUSE')
    return `Port ${listen.port} of ${listen.host}, or the port of the metrics, is in use by another program.`;
  if (code === 'EACCES' || code === 'EADDRNOTAVAIL')
    return `The gateway is not permitted to listen on ${listen.host}, port ${listen.port} (${code}).`;
  if (isUnreachable(error)) return 'The database of POSTERN_DATABASE_URL does not answer.';
  return undefined;
}

function configuration(): Config {
  try {
    return readConfig(process.env);
  } catch (error) {
    if (error instanceof ConfigurationError) giveUp(error.message);
    throw error;
  }
}

const config = configuration();
const logger = createLogger(config.logLevel);
readCompilerWhenDecoded();
// Node's TLS keeps a few bytes of the pool for each connection, and with them the whole block, 64 KiB by default.
Buffer.poolSize = 8 * 1024;

let serving: Gateway | undefined;
const isCrashing = endOnUncaught({
  logger,
  drain: () => serving && ((ms) => serving?.stop(ms) ?? Promise.resolve()),
  drainMs: config.crashDrainMs,
});

async function start(): Promise<Gateway> {
  try {
    return await startGateway(config, logger);
  } catch (error) {
    const sentence = sentenceOf(error, config);
    if (sentence !== undefined) giveUp(sentence);
    throw error;
  }
}

const gateway = await start();
serving = gateway;
collectGarbage();
let isStopping = false;
function stop(why: string): void {
  if (isCrashing()) process.exit(crashExitCode);
  // On the second signal, exit at once.
  if (isStopping) process.exit(1);
  isStopping = true;
  logger.info({ why }, 'draining');
  gateway.stop().then(
    () => process.exit(0),
    (error: unknown) => {
      logger.error({ error }, 'the gateway did not stop in order');
      process.exit(1);
    },
  );
}
process.on('SIGTERM', () => stop('SIGTERM')).on('SIGINT', () => stop('SIGINT'));
onParent({ drain: () => stop('drain'), gone: () => stop('the program that started this one is gone') });

logger.info({ url: gateway.url, metricsUrl: gateway.metricsUrl }, 'ready');
tellParent?.({
  type: 'ready',
  url: gateway.url,
  metricsUrl: gateway.metricsUrl,
  setupCodeRequired: gateway.setupCodeRequired,
});

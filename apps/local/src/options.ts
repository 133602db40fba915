import { resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';

/** The options of `npm start`. */
export interface LocalOptions {
  /** The command as typed, for messages. */
  command: string;
  /** Folder of all data; absolute. */
  data: string;
  port: number;
  listen: string;
  /** Origin at which people and agents reach it. */
  publicUrl: string;
  demo: boolean;
  open: boolean;
  /** Context of the user's own kubeconfig to connect; `true` for the current one. */
  connect: string | true | undefined;
}

function port(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 65_535)
    throw new InvalidArgumentError('A port is a number from 1 to 65535.');
  return value;
}

function origin(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'https:' || url.pathname !== '/' || url.search || url.username) {
    throw new InvalidArgumentError(
      'A public URL is an https:// origin without a path, such as https://postern.example.com:8443.',
    );
  }
  return url.origin;
}

/** Parses the command line; ends the process for `--help` and for unknown arguments. */
export function parseOptions(args: string[], defaultData: string, typed = 'npm start'): LocalOptions {
  const command = new Command(`${typed} --`)
    .description('Runs the whole of Postern on this machine: database, gateway, dashboard and a demo cluster.')
    .option('--data <folder>', 'where all data is kept', defaultData)
    .option('--port <number>', 'port of the gateway', port, 8443)
    .option('--listen <address>', 'address to listen on; 0.0.0.0 lets others in', '127.0.0.1')
    .option(
      '--public-url <url>',
      'origin by which people and agents reach it (default: https://localhost:<port>)',
      origin,
    )
    .option('--no-demo', 'start without the demo cluster')
    .option('--connect [context]', 'connect a cluster of your own kubeconfig to the first organization')
    .option('--no-open', 'do not open the browser')
    .allowExcessArguments(false)
    .parse(args, { from: 'user' });
  const given = command.opts<Omit<LocalOptions, 'publicUrl' | 'command'> & { publicUrl?: string }>();
  return {
    ...given,
    command: typed,
    connect: given.connect,
    data: resolve(process.env['INIT_CWD'] ?? process.cwd(), given.data),
    publicUrl: given.publicUrl ?? `https://localhost:${given.port}`,
  };
}

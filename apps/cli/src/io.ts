import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';

/** The program's access to its environment, which tests can replace. */
export interface Io {
  env: NodeJS.ProcessEnv;
  homeFolder: string;
  /** Whether the user can be asked. */
  isInteractive: boolean;
  out(text: string): void;
  err(text: string): void;
  /** All of standard input. */
  readInput(): Promise<string>;
  /** Asks for a line; a secret is not shown while it is typed. */
  ask(question: string, options?: { secret?: boolean }): Promise<string>;
  now(): number;
  sleep(milliseconds: number): Promise<void>;
}

/** The I/O of this process. */
export function processIo(homeFolder: string): Io {
  return {
    env: process.env,
    homeFolder,
    isInteractive: process.stdin.isTTY === true && process.stderr.isTTY === true,
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    readInput: async () => {
      const parts: Buffer[] = [];
      for await (const part of process.stdin) parts.push(part as Buffer);
      return Buffer.concat(parts).toString('utf8');
    },
    ask,
    now: () => Date.now(),
    sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
  };
}

function ask(question: string, { secret = false }: { secret?: boolean } = {}): Promise<string> {
  process.stderr.write(question);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: secret ? silent : process.stderr, terminal: true });
  return new Promise((resolve, reject) => {
    lines.once('line', (line) => {
      lines.close();
      if (secret) process.stderr.write('\n');
      resolve(line);
    });
    lines.once('SIGINT', () => {
      lines.close();
      process.stderr.write('\n');
      process.exit(130);
    });
    lines.once('error', reject);
  });
}

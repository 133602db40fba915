import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestCertificate } from '@postern/testkit';
import type { Io } from '../io.ts';
import { run } from '../run.ts';

interface Result {
  code: number;
  out: string;
  err: string;
}

/** A home folder, and a function that runs the program in it. */
export interface Shell extends Disposable {
  folder: string;
  caFile: string;
  io: Io;
  run(args: string, options?: { input?: string; answers?: string[] }): Promise<Result>;
}

export function shell(certificate: TestCertificate): Shell {
  const folder = mkdtempSync(join(tmpdir(), 'postern-cli-'));
  const caFile = join(folder, 'ca.pem');
  writeFileSync(caFile, certificate.cert);
  let now = Date.parse('2026-11-21T12:00:00Z');
  const io: Io = {
    env: { POSTERN_HOME: join(folder, 'postern'), PATH: '' },
    homeFolder: folder,
    isInteractive: false,
    out: () => {},
    err: () => {},
    readInput: async () => '',
    ask: async () => '',
    now: () => now,
    sleep: async (milliseconds) => {
      now += milliseconds;
    },
  };
  return {
    folder,
    caFile,
    io,
    run: async (args, { input = '', answers } = {}) => {
      const result: Result = { code: -1, out: '', err: '' };
      result.code = await run(args.split(' ').filter(Boolean), {
        ...io,
        isInteractive: answers !== undefined,
        out: (text) => {
          result.out += text;
        },
        err: (text) => {
          result.err += text;
        },
        readInput: async () => input,
        ask: async (question) => {
          result.err += question;
          return answers?.shift() ?? '';
        },
      });
      return result;
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Answer, Request } from './answer.ts';

/** The program in main.go: how kube-apiserver's own code reads requests. */
export interface GoProgram {
  /** At most a few thousand requests at once; answers in the same order. */
  ask(requests: readonly Request[]): Promise<Answer[]>;
  stop(): Promise<void>;
}

/** Compiles and starts it: needs Go, and the Go module proxy or its cache. About a minute the first time. */
export function startGoProgram(): GoProgram {
  const folder = mkdtempSync(join(tmpdir(), 'postern-request-info-'));
  const program = join(folder, 'requestinfo');
  execFileSync('go', ['build', '-o', program, '.'], { cwd: import.meta.dirname, stdio: 'inherit' });
  const child = spawn(program, [], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const exited = once(child, 'exit');
  return {
    ask: async (requests) => {
      // An empty line asks for everything so far.
      child.stdin.write(`${requests.map(({ method, target }) => `${method}\t${target}`).join('\n')}\n\n`);
      const answers: Answer[] = [];
      for (const _ of requests) {
        const line = await lines.next();
        if (line.done) throw new Error('the Go program ended before it had answered');
        answers.push(JSON.parse(line.value) as Answer);
      }
      return answers;
    },
    stop: async () => {
      child.stdin.end();
      await exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

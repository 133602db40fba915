import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import pc from 'picocolors';
import type { Mode, Running } from '../mode.ts';
import { type Commands, checkout, programs } from '../programs.ts';
import { openFront } from './front.ts';
import { watchSources } from './watch.ts';

/** Node's arguments to run a program from source. */
const onSources = ['--conditions=@postern/source', '--import', join(checkout, 'scripts/typescript.mjs')];

const commands: Commands = {
  gateway: [...onSources, join(checkout, 'apps/gateway/src/main.ts')],
  agent: [...onSources, join(checkout, 'apps/agent/src/main.ts')],
  emulator: [...onSources, join(checkout, 'packages/emulator/src/main.ts')],
  dashboard: (port) => [join(checkout, 'scripts/next-dev.mjs'), programs.dashboard, String(port)],
};

/** The source folders of each program. */
const sources = {
  gateway: ['apps/gateway', 'packages/contracts', 'packages/kube', 'packages/mux', 'packages/tunnel'],
  agents: ['apps/agent', 'packages/kube', 'packages/mux', 'packages/tunnel'],
  demoCluster: ['packages/emulator', 'packages/kube'],
  /** `next dev` watches the dashboard's own files; of these packages it uses the build output. */
  compiled: ['packages/contracts', 'packages/api-client'],
};

/** Restarts the programs that a change affects. */
function watch({ gateway, demoCluster, agents }: Running): () => void {
  const on = (folders: string[], what: string, act: () => Promise<unknown> | undefined): (() => void) =>
    watchSources(
      folders.map((folder) => join(checkout, folder, 'src')),
      (file) => {
        process.stdout.write(pc.dim(`  ${file} changed: ${what}\n`));
        act()?.catch((error: Error) => process.stderr.write(`${error.message}\n`));
      },
    );
  const watches = [
    on(sources.gateway, 'the gateway starts again', () => gateway.renew()),
    on(sources.agents, 'the agents start again', () => agents.renew()),
    on(sources.demoCluster, 'the demo cluster starts again', () => demoCluster?.renew()),
    on(sources.compiled, 'compiled for the dashboard', compile),
  ];
  return () => {
    for (const end of watches) end();
  };
}

/** Compiles the packages of which the dashboard uses the build output. @throws the compiler's messages. */
function compile(): Promise<void> {
  const tsc = join(createRequire(join(checkout, 'package.json')).resolve('typescript/package.json'), '../bin/tsc');
  const args = [tsc, '-b', ...sources.compiled];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, { cwd: checkout }, (error, stdout) =>
      error ? reject(new Error(stdout || error.message)) : resolve(),
    );
  });
}

/** `npm run dev`: everything runs from source and restarts when a file changes. */
export const development: Mode = {
  command: 'npm run dev',
  defaultData: join(checkout, '.postern/dev'),
  commands,
  environment: 'development',
  // A program that failed because of an error in its sources would fail again until they change.
  restartPolicy: { shortest: Infinity, longest: Infinity, healthy: 60_000, failedStarts: Infinity },
  drainSeconds: 0,
  openFront,
  watch,
  onLine: (program, line) => process.stdout.write(`${pc.dim(`${program}:`)} ${line}\n`),
};

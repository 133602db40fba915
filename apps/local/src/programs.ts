import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const at = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

/** The built programs. They are started, never imported. */
export const programs = {
  gateway: at('apps/gateway/dist/main.js'),
  agent: at('apps/agent/dist/main.js'),
  emulator: at('packages/emulator/dist/main.js'),
  dashboard: at('apps/dashboard'),
  prisma: createRequire(at('apps/gateway/package.json')).resolve('prisma/build/index.js'),
  /** The folder of prisma.config.ts. */
  prismaFolder: at('apps/gateway'),
  migrations: at('prisma/migrations'),
  next: createRequire(at('apps/dashboard/package.json')).resolve('next/dist/bin/next'),
};

/** The checkout's folder. */
export const checkout = at('.');

/** Node's arguments to run each program: options, the program, and its arguments. */
export interface Commands {
  gateway: readonly string[];
  agent: readonly string[];
  emulator: readonly string[];
  /** Listens on a port of 127.0.0.1, and then prints a line with `Ready in`. */
  dashboard(port: number): readonly string[];
}

/** The output of `npm run build`. */
export const built: Commands = {
  gateway: [programs.gateway],
  agent: [programs.agent],
  emulator: [programs.emulator],
  dashboard: (port) => [programs.next, 'start', '--hostname', '127.0.0.1', '--port', String(port)],
};

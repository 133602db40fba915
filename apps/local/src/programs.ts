import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const at = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

/** The programs that run side by side, as built. They are started, never imported. */
export const programs = {
  gateway: at('apps/gateway/dist/main.js'),
  agent: at('apps/agent/dist/main.js'),
  emulator: at('packages/emulator/dist/main.js'),
  dashboard: at('apps/dashboard'),
  prisma: createRequire(at('apps/gateway/package.json')).resolve('prisma/build/index.js'),
  /** Where prisma.config.ts lies. */
  prismaFolder: at('apps/gateway'),
  migrations: at('prisma/migrations'),
  next: createRequire(at('apps/dashboard/package.json')).resolve('next/dist/bin/next'),
};

/** The checkout's folder. */
export const checkout = at('.');

/** What runs each program: arguments of Node, the program and what belongs to it last. */
export interface Commands {
  gateway: readonly string[];
  agent: readonly string[];
  emulator: readonly string[];
  /** Serves on a port of 127.0.0.1, and then prints a line with `Ready in`. */
  dashboard(port: number): readonly string[];
}

/** As `npm run build` made them. */
export const built: Commands = {
  gateway: [programs.gateway],
  agent: [programs.agent],
  emulator: [programs.emulator],
  dashboard: (port) => [programs.next, 'start', '--hostname', '127.0.0.1', '--port', String(port)],
};

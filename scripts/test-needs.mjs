// What must be built before tests run (the parts of `build` in workspace.mjs). Tests run from source, so most need nothing.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Matches the test files included in vitest.config.ts. */
const testFile =
  /^((apps|packages)\/[^/]+\/(src|test)\/.*\.test\.tsx?|scripts\/.*\.test\.ts|security\/(fuzz|threats|request-info)\/[^/]*\.test\.ts)$/;

/** The needed parts, by the beginning of a test file's path. */
const needs = {
  'apps/gateway/': ['client'],
  // Attacks the gateway as deployed.
  'security/fuzz/': ['client', 'programs'],
  'security/threats/': ['client'],
  // `npm run dev` runs from source, except for the packages of which its dashboard uses the build output.
  'apps/local/src/dev/main.test.ts': ['client', 'contracts'],
  // `npm start` uses the build output.
  'apps/local/src/run.test.ts': ['client', 'programs', 'dashboard'],
};

/**
 * The parts that a run of vitest with these arguments needs. An argument is a filter, a part of a file's path, unless it begins
 * with a dash or follows an argument that does, because it may be an option's value. Without a filter every test runs.
 *
 * @param files every test file, relative to the checkout.
 */
export function partsFor(args, files) {
  const filters = args
    .filter(
      (arg, index) => !arg.startsWith('-') && !(args[index - 1]?.startsWith('-') && !args[index - 1].includes('=')),
    )
    .map((arg) => arg.replace(/^\.\//, '').replace(/:\d+$/, ''));
  // A filter that matches no file, such as an absolute path, needs everything: better to build too much than to test an old build.
  const isKnown = filters.length > 0 && filters.every((filter) => files.some((file) => file.includes(filter)));
  const chosen = isKnown ? files.filter((file) => filters.some((filter) => file.includes(filter))) : files;
  const parts = new Set();
  for (const file of chosen) {
    for (const [begin, needed] of Object.entries(needs)) {
      if (file.startsWith(begin)) for (const part of needed) parts.add(part);
    }
  }
  return [...parts];
}

/** Every test file, relative to the checkout `root`. */
export function findTestFiles(root) {
  const found = [];
  const walk = (folder) => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) {
        if (!['node_modules', 'dist', '.next'].includes(entry.name)) walk(path);
      } else if (testFile.test(path)) found.push(path);
    }
  };
  for (const folder of ['apps', 'packages', 'scripts', 'security']) walk(folder);
  return found;
}

// Shared by `npm start` and `npm test`: installs and builds the workspace. No dependencies, Node >= 18.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The package manager's version, pinned only here. */
const PNPM = 'pnpm@12.21.0';

export const root = fileURLToPath(new URL('..', import.meta.url));
/** Node 24 from the npm packages `node-<platform>-<arch>`; exists after `install()`. */
export const node = join(root, 'node_modules/.bin/node');

/** An error whose message alone is shown to the user; any other error is a bug and is shown with its stack. */
export class UserError extends Error {}

/** Runs `main`; a `UserError` ends the process with its message and exit code 1. */
export async function program(main) {
  const [major] = process.versions.node.split('.').map(Number);
  try {
    if (major < 18) throw new UserError(`Postern needs Node 18 or newer to start; this is ${process.version}.`);
    process.exitCode = await main();
  } catch (error) {
    process.stderr.write(`${error instanceof UserError ? error.message : error.stack}\n`);
    process.exitCode = 1;
  }
}

/** Runs a program attached to this terminal. Signals are forwarded. @returns its exit code. */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: 'inherit', ...options });
    // Ctrl-C in a terminal also reaches the child directly; it treats the two signals as one.
    const forward = (signal) => child.kill(signal);
    process.on('SIGINT', forward).on('SIGTERM', forward);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      process.off('SIGINT', forward).off('SIGTERM', forward);
      resolve(code ?? (signal === 'SIGINT' ? 130 : 1));
    });
  });
}

/** Runs a step with one line of progress; its output is shown only if it fails. */
async function step(title, command, args, { env = {}, cwd = root } = {}) {
  const started = Date.now();
  process.stdout.write(`  ${title} …`);
  const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  const code = await new Promise((resolve, reject) => child.on('error', reject).on('close', resolve));
  if (code !== 0) {
    process.stdout.write(' failed\n');
    process.stderr.write(`${output.trimEnd()}\n`);
    throw new UserError(`\n${title} failed (exit code ${code}). The lines above say why.`);
  }
  process.stdout.write(` ${((Date.now() - started) / 1000).toFixed(1)} s\n`);
}

/** Installs the dependencies in the lock file, if it has changed since the last time. */
export async function install() {
  const stamp = join(root, 'node_modules/.postern-installed');
  const wanted = hash([join(root, 'pnpm-lock.yaml'), join(root, 'pnpm-workspace.yaml')]);
  if (read(stamp) === wanted && existsSync(node)) return;
  await step(
    'Installing packages',
    process.platform === 'win32' ? 'npx.cmd' : 'npx',
    ['--yes', PNPM, 'install', '--frozen-lockfile'],
    { env: { CI: 'true' } },
  );
  if (!existsSync(node)) {
    throw new UserError(
      `Node 24 is not packaged for ${process.platform} on ${process.arch}. Postern runs on Linux and macOS, on x64 and arm64.`,
    );
  }
  writeFileSync(stamp, wanted);
}

/**
 * The parts that can be built, in order. Each is built again if a file of `sources` has changed since the last time, or if its
 * output `makes` is missing. Paths are relative to the checkout.
 */
const parts = {
  client: {
    title: 'Generating the database client',
    sources: ['prisma/schema.prisma', 'apps/gateway/prisma.config.ts'],
    makes: 'apps/gateway/src/generated/prisma/client.ts',
    command: () => ({ args: [bin('apps/gateway', 'prisma'), 'generate'], cwd: join(root, 'apps/gateway') }),
  },
  /** For `npm run dev`, whose dashboard uses the build output of only these packages. */
  contracts: {
    title: 'Compiling the contracts',
    sources: ['packages/contracts', 'packages/api-client', 'packages/terminal-bounds'],
    makes: 'packages/api-client/dist/index.js',
    command: () => ({
      args: [bin('.', 'tsc'), '-b', 'packages/contracts', 'packages/terminal-bounds', 'packages/api-client'],
    }),
  },
  programs: {
    title: 'Compiling',
    sources: ['apps', 'packages', 'prisma/schema.prisma', 'tsconfig.json'],
    makes: 'apps/local/dist/main.js',
    command: () => ({ args: [bin('.', 'tsc'), '-b'] }),
  },
  dashboard: {
    title: 'Building the dashboard',
    sources: ['apps/dashboard', 'packages/contracts', 'packages/api-client', 'packages/terminal-bounds'],
    makes: 'apps/dashboard/.next/BUILD_ID',
    command: () => ({
      args: [bin('apps/dashboard', 'next'), 'build'],
      cwd: join(root, 'apps/dashboard'),
      env: { NEXT_TELEMETRY_DISABLED: '1' },
    }),
  },
};

/** Builds the named parts, if they have changed; by default everything that `npm start` runs. */
export async function build(wanted = ['client', 'programs', 'dashboard']) {
  for (const [name, { title, sources, makes, command }] of Object.entries(parts)) {
    if (!wanted.includes(name)) continue;
    const stamp = join(root, `node_modules/.postern-built-${name}`);
    const now = hash(filesOf(sources));
    if (read(stamp) === now && existsSync(join(root, makes))) continue;
    const { args, ...options } = command();
    await step(title, node, args, options);
    writeFileSync(stamp, now);
  }
}

/** Files of `sources` whose change requires a build, and those on which all builds depend. */
function filesOf(sources) {
  const found = ['package.json', 'pnpm-lock.yaml', 'tsconfig.base.json'].map((name) => join(root, name));
  const walk = (path) => {
    if (!statSync(path).isDirectory()) {
      if (!/(^|\/)next-env\.d\.ts$|\.test\.tsx?$|\.tsbuildinfo$/.test(path)) found.push(path);
      return;
    }
    for (const name of readdirSync(path)) {
      // Build output is not a source; otherwise the second start would build again.
      if (!name.startsWith('.') && !['node_modules', 'dist', 'generated'].includes(name)) walk(join(path, name));
    }
  };
  for (const source of sources) walk(join(root, source));
  return found.sort();
}

function hash(files) {
  const sum = createHash('sha256').update(process.platform);
  for (const file of files) sum.update(file.slice(root.length)).update('\0').update(readFileSync(file)).update('\0');
  return sum.digest('hex');
}

function read(file) {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

/** The JavaScript file of a program that a package of the workspace depends on. */
export function bin(workspacePackage, name) {
  const packageName = { tsc: 'typescript' }[name] ?? name;
  const folder = join(root, workspacePackage, 'node_modules', packageName);
  const { bin: declared } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return join(folder, typeof declared === 'string' ? declared : declared[name]);
}

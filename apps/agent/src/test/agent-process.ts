import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { TestCertificate } from '@postern/testkit';
import type { FakeApiserver } from './apiserver.ts';
import type { FakeGateway } from './gateway.ts';

const program = fileURLToPath(new URL('../main.ts', import.meta.url));

export interface AgentProcess {
  child: ChildProcessByStdio<null, Readable, Readable>;
  ended: Promise<{ code: number | null; out: string; err: string }>;
}

/** Starts the agent as a separate process, from source. */
export function startAgent(args: string[], env: Record<string, string> = {}): AgentProcess {
  const child = spawn(process.execPath, ['--conditions=@postern/source', program, ...args], {
    env: { PATH: process.env['PATH'], HOME: '/nonexistent', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const stderr = text(child.stderr);
  const ended = Promise.all([once(child, 'close'), text(child.stdout), stderr]).then(([[code], out, err]) => ({
    code: code as number | null,
    out,
    err,
  }));
  return { child, ended };
}

/** Writes the files of an agent with a fake apiserver and a fake gateway. @returns its arguments. */
export function agentArguments(
  certificate: TestCertificate,
  options: { api?: FakeApiserver; gateway: FakeGateway; folder: string },
): string[] {
  const { api, gateway, folder } = options;
  const files = { ca: join(folder, 'ca.pem'), kubeconfig: join(folder, 'kubeconfig'), state: join(folder, 'state') };
  writeFileSync(files.ca, certificate.cert);
  const server = api?.endpoint.server.href ?? 'https://127.0.0.1:1';
  const ca = Buffer.from(certificate.cert).toString('base64');
  writeFileSync(
    files.kubeconfig,
    JSON.stringify({
      clusters: [{ name: 'c', cluster: { server, 'certificate-authority-data': ca } }],
      users: [{ name: 'u', user: { token: 'own-credential' } }],
      contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
      'current-context': 'x',
    }),
  );
  return ['--url', gateway.url, '--ca-file', files.ca, '--kubeconfig', files.kubeconfig, '--state', files.state];
}

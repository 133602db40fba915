import { readFileSync } from 'node:fs';
import type { Http2ServerResponse } from 'node:http2';
import { selfSigned, type TestCertificate } from '@postern/testkit';
import type { Tunnel } from '@postern/tunnel';
import { beforeAll, describe, expect, it } from 'vitest';
import { agentArguments, startAgent } from './test/agent-process.ts';
import { http2Apiserver } from './test/apiserver.ts';
import { enrolledCluster, fakeGateway } from './test/gateway.ts';
import { alice } from './test/serving.ts';
import { temporaryFolder } from './test/temporary-folder.ts';

/** The agent's memory limit in a cluster; docs/security.md promises that this many stalled streams fit. */
const limitMiB = 256;
const streams = 200;

let certificate: TestCertificate;
beforeAll(async () => {
  certificate = await selfSigned();
});

/** The peak resident memory of a process, in MiB. */
function mostMiB(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
}

/** Resolves when nothing moves: the apiserver could not write a byte while the agent answered many PINGs. */
async function standstill(tunnel: Tunnel, moved: () => number): Promise<void> {
  for (let before = -1, quiet = 0; quiet < 50; before = moved()) {
    await tunnel.session.ping();
    quiet = before === moved() ? quiet + 1 : 0;
  }
}

const head = { kind: 'http' as const, cluster: enrolledCluster, headers: [], identity: alice };
const chunk = Buffer.alloc(64 * 1024, 'x');

/** Functions that open a stream whose bytes nobody reads. */
const stalled: Record<string, (tunnel: Tunnel) => Promise<void>> = {
  downloads: async (tunnel) => {
    const { response } = tunnel.request({ ...head, method: 'GET', path: '/big' }, { end: true });
    expect((await response).status).toBe(200);
  },
  uploads: async (tunnel) => {
    const { stream } = tunnel.request({ ...head, method: 'POST', path: '/stuck' });
    while (stream.write(chunk) || stream.writableLength < 1 << 20);
  },
};

describe.skipIf(process.platform !== 'linux')('the memory of an agent', () => {
  it.each(Object.keys(stalled))(
    `stays below ${limitMiB} MiB with ${streams} stalled %s`,
    { timeout: 60_000 },
    async (what) => {
      let moved = 0;
      const pour = (response: Http2ServerResponse): void => {
        while (!response.destroyed) {
          moved += chunk.length;
          if (!response.write(chunk)) return void response.once('drain', () => pour(response));
        }
      };
      await using api = await http2Apiserver(certificate, (request, response) => {
        if (request.url.startsWith('/big')) pour(response);
        else if (!request.url.startsWith('/stuck')) response.end('{}');
      });
      await using gateway = await fakeGateway(certificate);
      using folder = temporaryFolder();
      gateway.tokens.set('join', 'new');
      const connected = gateway.nextTunnel();
      const reported = gateway.nextReport();
      const args = agentArguments(certificate, { api, gateway, folder: folder.path });
      const { child, ended } = startAgent(args, { POSTERN_JOIN_TOKEN: 'join' });
      const tunnel = await connected;
      await reported;
      const opened: Promise<void>[] = [];
      for (let count = 0; count < streams; count++) {
        opened.push(stalled[what]!(tunnel));
        // In groups, so that each fills its windows before the next starts.
        if (count % 10 === 9) for (let round = 0; round < 5; round++) await tunnel.session.ping();
      }
      await Promise.all(opened);
      await standstill(tunnel, () => moved);
      const most = mostMiB(child.pid ?? 0);
      child.kill('SIGKILL');
      await ended;
      expect(most).toBeLessThan(limitMiB);
    },
  );
});

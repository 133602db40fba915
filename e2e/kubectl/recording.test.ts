import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { until } from '@postern/testkit';
import { describe, expect, inject, it } from 'vitest';
import { type Client, environment } from '../harness/client.ts';
import { run } from '../harness/kubectl.ts';
import { clients } from '../harness/matrix.ts';
import { postern } from '../harness/process.ts';

interface Session {
  id: string;
  command: string[];
  endedAt: string | null;
  recording: { isComplete: boolean } | null;
}

const { product } = inject('harness');

/** The newest sessions, from the command line. */
async function sessions(): Promise<Session[]> {
  return JSON.parse(await postern(product?.home ?? '', ['sessions', 'list', '--json'])).items;
}

/** The newest session of a script, once it is as wanted. */
function sessionOf(script: string, isWanted: (session: Session) => boolean): Promise<Session> {
  return until(async () => (await sessions()).find((one) => one.command.includes(script) && isWanted(one)));
}

const inShell = ['exec', '-i', '-n', 'demo', 'shell', '-c', 'cat', '--', 'sh', '-c'];
const markOf = ({ kubectl, transport }: Client): string => `${kubectl.minor}-${transport}-${Date.now()}`;

describe.skipIf(product === undefined).each(clients('remote'))('$title', ({ client }) => {
  it('an exec is recorded: output of both kinds and exit code, without input', async () => {
    const script = `read line; echo ${markOf(client)}; echo grüß >&2; exit 7`;
    const { code } = await run(client, [...inShell, script], { input: Buffer.from('secret\n') });
    expect(code).toBe(7);
    const { id } = await sessionOf(script, ({ recording }) => recording?.isComplete === true);
    const cast = await postern(product?.home ?? '', ['sessions', 'replay', id, '--json']);
    const [header, ...events] = cast
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(header).toMatchObject({ version: 3, title: 'demo/shell (cat)' });
    const shown = events.map(([, kind, data]) => (kind === 'o' ? data : '')).join('');
    expect(shown).toContain('grüß\n');
    expect(cast).not.toContain('secret');
    expect(events.at(-1)?.slice(1)).toEqual(['x', '7']);
  });

  it('an exec that is ended says by whom', async () => {
    const script = `echo ${markOf(client)}; sleep 600`;
    const [program = '', ...prefix] = client.kubectl.command;
    const kubectl = spawn(program, [...prefix, ...inShell, script], { env: environment(client) });
    let said = '';
    kubectl.stderr.on('data', (part: Buffer) => {
      said += part.toString();
    });
    const exited = once(kubectl, 'exit');
    const { id } = await sessionOf(script, ({ endedAt }) => endedAt === null);
    await postern(product?.home ?? '', ['sessions', 'end', id, '--yes']);
    const [code] = await exited;
    expect(code).toBe(1);
    expect(said).toContain('This session was ended by owner@example.com.');
  });
});

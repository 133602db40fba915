import { setImmediate, setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { HeldTerminal } from '../terminals/held/held-terminal.ts';
import type { ViewEvents } from '../terminals/held/terminal-view.ts';
import type { Terminal } from '../terminals/terminal.ts';

/**
 * `node --expose-gc --conditions=@postern/source apps/gateway/src/test/held-terminals.ts`: the memory of terminals that the gateway
 * holds, each with a full ring and scrollback: empty, full, after as much output again, and after the end of all. `--terminals`.
 */
const { values } = parseArgs({ options: { terminals: { type: 'string', default: '200' } } });
const count = Number(values.terminals);
const size = { columns: 80, rows: 24 };
/** Output of one terminal in one round, in bytes: twice its ring. */
const round = 2 * 1024 * 1024;
/** What a page acknowledges at a time. */
const chunk = 64 * 1024;
if (global.gc === undefined) throw new Error('run it with --expose-gc');

/** What is in use, after what was garbage has gone, and what the process has of the system, in MB. */
async function memory(): Promise<{ used: number; resident: number }> {
  for (let turn = 0; turn < 3; turn++) {
    global.gc?.();
    await setTimeout(20);
  }
  global.gc?.();
  const { heapUsed, external, rss } = process.memoryUsage();
  return { used: (heapUsed + external) / 1e6, resident: rss / 1e6 };
}

/** A shell whose process waits when it is told to. */
class Shell {
  readonly container = 'app';
  readonly shell = 'bash';
  readonly id: string;
  isHeld = false;
  constructor(id: string) {
    this.id = id;
  }
  input(): void {}
  resize(): void {}
  hold(): void {
    this.isHeld = true;
  }
  release(): void {
    this.isHeld = false;
  }
  end(): void {}
}

/** A terminal, and the page that looks at it while it writes. */
class Held {
  readonly #shell: Shell;
  readonly #terminal: HeldTerminal;
  #lines = 0;
  constructor(number: number) {
    this.#shell = new Shell(`terminal-${number}`);
    this.#terminal = new HeldTerminal({
      terminal: this.#shell as unknown as Terminal,
      place: { organization: 'acme', cluster: 'prod', namespace: 'shop', pod: `web-${number}` },
      organizationId: 'acme-id',
      owner: { userId: 'ada', username: 'ada@example.com' },
      size,
      graceMs: 600_000,
      onError: (error) => {
        throw error;
      },
      onChanged: () => {},
      onOver: () => {},
    });
  }

  /** Writes one round, as fast as a page that draws at once, which then goes. */
  async write(): Promise<void> {
    let drawn = this.#terminal.written;
    const events: ViewEvents = {
      onReset: ({ position }) => {
        drawn = position;
      },
      onOutput: (position, data) => {
        drawn = position + data.byteLength;
      },
      onSize: () => {},
      onViewers: () => {},
      onDetached: () => {},
      onEnded: () => {},
    };
    const person = { userId: 'ada', username: 'ada@example.com' };
    const asked = { viewer: 'page', person, mode: 'write', size, position: drawn, events, onOver: () => {} } as const;
    const view = this.#terminal.attach(asked);
    this.#terminal.start(view);
    for (const end = this.#terminal.written + round; this.#terminal.written < end; ) {
      this.#terminal.write(this.#output());
      do {
        await setImmediate();
        view.acknowledge(drawn);
      } while (this.#shell.isHeld);
    }
    this.#terminal.detach(view);
  }

  end(): void {
    this.#terminal.finish({ code: 'closed', exitCode: null, message: '' });
  }

  #output(): Buffer {
    let text = '';
    while (text.length < chunk) {
      const line = `line ${this.#lines} `.repeat(30).slice(0, size.columns);
      text += `\x1b[3${this.#lines++ % 8}m${line}\x1b[m\r\n`;
    }
    return Buffer.from(text);
  }
}

async function report(when: string, { used, resident }: { used: number; resident: number }): Promise<void> {
  process.stdout.write(`${when}: ${used.toFixed(1)} MB in use, ${resident.toFixed(0)} MB resident\n`);
}

const warm = new Held(-1);
await warm.write();
warm.end();
const before = await memory();
await report('before', before);
const terminals = Array.from({ length: count }, (_, number) => new Held(number));
for (const terminal of terminals) await terminal.write();
const full = await memory();
await report(`${count} terminals`, full);
for (const terminal of terminals) await terminal.write();
const again = await memory();
await report('after as much output again', again);
for (const terminal of terminals.splice(0)) terminal.end();
const after = await memory();
await report('after the end of all', after);
process.stdout.write(`each: ${((full.used - before.used) / count).toFixed(2)} MB\n`);
process.stdout.write(`growth: ${((again.used / full.used - 1) * 100).toFixed(1)} %\n`);
process.stdout.write(`left of each: ${((after.used - before.used) / count).toFixed(3)} MB\n`);

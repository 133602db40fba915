import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { Emulator } from '../emulator.ts';

const POD = '/api/v1/namespaces/shop/pods/postgres-0';

/** How a command in a pod of the demo ended. */
export interface Ran {
  stdout: string;
  stderr: string;
  status: { status: string; message?: string; details?: { causes?: { message: string }[] } };
}

interface Options {
  tty?: boolean;
  /** If given, the script gets one empty line of input after this has resolved. */
  beforeInput?: () => Promise<void>;
}

/** Runs a shell script in a pod to its end. */
export async function runScript(emulator: Emulator, script: string, options: Options = {}): Promise<Ran> {
  const query = new URLSearchParams({ stdout: 'true', stderr: 'true' });
  if (options.beforeInput) query.set('stdin', 'true');
  if (options.tty) query.set('tty', 'true');
  for (const word of ['sh', '-c', script]) query.append('command', word);
  const socket = new WebSocket(`${emulator.url.replace('https', 'wss')}${POD}/exec?${query}`, ['v5.channel.k8s.io'], {
    ca: emulator.caPem,
    headers: { authorization: `Bearer ${emulator.token}` },
  });
  const output = ['', '', '', ''];
  socket.on('message', (message: Buffer) => {
    output[message[0] ?? 0] += message.subarray(1).toString();
  });
  const closed = once(socket, 'close');
  if (options.beforeInput) {
    await once(socket, 'open');
    await options.beforeInput();
    socket.send(Buffer.from('\0\n'));
  }
  await closed;
  return { stdout: output[1] ?? '', stderr: output[2] ?? '', status: JSON.parse(output[3] ?? '') };
}

import { createHash, randomBytes } from 'node:crypto';
import type { HeaderList, ResponseHead } from '@postern/tunnel';

/** The shells to choose from. `auto`: bash if the image has it, otherwise sh. */
export type Shell = 'auto' | 'bash' | 'sh';

const environment = 'TERM=xterm-256color; export TERM';
/** Each ends in `exec`, so that there is no second process between the person and the shell. */
const commands: Record<Shell, readonly string[]> = {
  auto: ['sh', '-c', `${environment}; [ -x "$(command -v bash)" ] && exec bash || exec sh`],
  bash: ['bash', '-c', `${environment}; exec bash`],
  sh: ['sh', '-c', `${environment}; exec sh`],
};

export function commandOf(shell: Shell): readonly string[] {
  return commands[shell];
}

/** Path and query of an exec with a tty, as kubectl sends them. */
export function execPath(pod: { namespace: string; pod: string }, run: { container: string; shell: Shell }): string {
  const query = new URLSearchParams({ container: run.container, stdin: 'true', stdout: 'true', tty: 'true' });
  for (const word of commandOf(run.shell)) query.append('command', word);
  return `${podPath(pod)}/exec?${query.toString().replaceAll('+', '%20')}`;
}

export function podPath(pod: { namespace: string; pod: string }): string {
  return `/api/v1/namespaces/${encodeURIComponent(pod.namespace)}/pods/${encodeURIComponent(pod.pod)}`;
}

/** Newest first. v5 adds a way to close stdin, which a terminal does not need. */
const protocols: readonly string[] = ['v5.channel.k8s.io', 'v4.channel.k8s.io'];

/** The client's handshake of RFC 6455, 4.1, with a check of the response. */
export function websocketHandshake(): { headers: HeaderList; check(answer: ResponseHead): string | undefined } {
  const key = randomBytes(16).toString('base64');
  const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
  return {
    headers: [
      ['connection', 'Upgrade'],
      ['upgrade', 'websocket'],
      ['sec-websocket-version', '13'],
      ['sec-websocket-key', key],
      ['sec-websocket-protocol', protocols.join(', ')],
      ['user-agent', 'postern-terminal'],
    ],
    check: (answer) => {
      const header = (name: string): string | undefined => answer.headers.find(([found]) => found === name)?.[1];
      if (header('upgrade')?.toLowerCase() !== 'websocket') return 'the cluster did not switch to WebSocket';
      if (header('sec-websocket-accept') !== accept) return 'the cluster answered the WebSocket handshake wrongly';
      if (header('sec-websocket-extensions') !== undefined) return 'the cluster uses extensions nobody asked for';
      const protocol = header('sec-websocket-protocol');
      if (protocol === undefined || !protocols.includes(protocol)) return 'the cluster speaks no exec protocol we know';
      return undefined;
    },
  };
}

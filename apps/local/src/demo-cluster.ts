import { EventEmitter, once } from 'node:events';
import { type Child, startChild, untilReady } from './child.ts';
import type { DataFolder } from './data-folder.ts';

/** The emulator, which serves one world per demo cluster. */
export interface DemoCluster extends Child {
  /** How its terminals are isolated from the rest of this machine (packages/emulator). */
  sandbox: 'namespaces' | 'limits' | 'off';
  /** Path of the kubeconfig of a world, which is made if there is none. @throws if the emulator has ended or cannot make it. */
  world(name: string): Promise<string>;
  /** Ends a world, if there is one. */
  endWorld(name: string): void;
}

export interface DemoClusterOptions {
  /** Whether its pods have terminals. */
  shells: boolean;
  /** Node's arguments to run it. */
  command: readonly string[];
  onLine?: ((line: string) => void) | undefined;
  /** See `ChildOptions`. */
  again?: boolean;
}

type Ready = Pick<DemoCluster, 'sandbox'>;

/** The emulator's answer over the channel (packages/emulator/src/parent.ts). */
interface WorldAnswer {
  type: 'world';
  name: string;
  kubeconfig?: string;
  problem?: string;
}

/**
 * Starts the emulated Kubernetes (packages/emulator) and waits until it is ready. A terminal in one of its pods is a sandboxed
 * shell on this machine, so there are none if others can reach Postern, sign up and use them.
 */
export async function startDemoCluster(
  data: DataFolder,
  { shells, command, onLine, again = false }: DemoClusterOptions,
): Promise<DemoCluster> {
  let serving = (_: Ready) => {};
  const ready = new Promise<Ready>((resolve) => {
    serving = resolve;
  });
  const child = startChild(data, {
    name: 'demo-cluster',
    again,
    ipc: true,
    args: [...command, '--dir', data.file('demo-cluster'), '--port', '0', '--shell', shells ? 'real' : 'off'],
    onLine: (line) => {
      onLine?.(line);
      if (line.startsWith('{"ready":true')) serving(JSON.parse(line) as Ready);
    },
  });
  const { sandbox } = await untilReady('The demo cluster', child, ready);
  return { ...child, sandbox, ...worldsOf(child) };
}

/** Asks the emulator for worlds. */
function worldsOf(child: Child): Pick<DemoCluster, 'world' | 'endWorld'> {
  const { process: emulator } = child;
  const answers = new EventEmitter();
  emulator.on('message', (answer: WorldAnswer) => answers.emit(answer.name, answer));
  // Ignores the error if it has just exited: `gone` follows.
  const tell = (message: { type: string; name: string }) => {
    if (emulator.connected) emulator.send(message, () => {});
  };
  const gone = new AbortController();
  void child.ended.then(() => gone.abort(new Error('the demo cluster is not running')));
  return {
    async world(name) {
      const answered = once(answers, name, { signal: gone.signal });
      tell({ type: 'world', name });
      const [{ kubeconfig, problem }] = (await answered.catch(() => gone.signal.throwIfAborted())) as [WorldAnswer];
      if (kubeconfig === undefined) throw new Error(`the demo cluster has no world for it: ${problem}`);
      return kubeconfig;
    },
    endWorld: (name) => tell({ type: 'end-world', name }),
  };
}

import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A browser opens a WebSocket on a connection of its own, which offers no HTTP/2. */
export type Kind = 'websocket' | 'requests';
const kinds: readonly Kind[] = ['websocket', 'requests'];

/**
 * `passes`: as if it were not there. `silent`: nothing gets through and nobody is told, as when a router drops packets.
 * `refuses`: connections are closed, and new ones too.
 */
type Condition = 'passes' | 'silent' | 'refuses';

interface Line {
  kind: Kind;
  near: Socket;
  far: Socket;
  /** Never heard of again, although new connections pass. */
  isForgotten: boolean;
}

/** A network between a browser and the gateway that fails as a test says. It sees only TCP; TLS goes through. */
export class FaultyNetwork {
  readonly #server: Server;
  readonly #target: number;
  readonly #lines = new Set<Line>();
  readonly #conditions = new Map<Kind, Condition>(kinds.map((kind) => [kind, 'passes']));

  private constructor(target: number) {
    this.#target = target;
    this.#server = createServer({ allowHalfOpen: false }, (near) => this.#accept(near));
  }

  /** @param target the gateway's port on this machine. */
  static async start(target: number): Promise<FaultyNetwork> {
    const network = new FaultyNetwork(target);
    network.#server.listen(0, '127.0.0.1');
    await once(network.#server, 'listening');
    return network;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** The browser's flag that leads a host of the gateway's URL through this network. */
  flagFor(url: string): string {
    return `--host-resolver-rules=MAP ${new URL(url).host} 127.0.0.1:${this.port}`;
  }

  /** How many connections of a kind are open. */
  open(kind: Kind): number {
    return [...this.#lines].filter((line) => line.kind === kind).length;
  }

  /** What is dropped while silent arrives when it passes again, as TCP sends it again. */
  set(condition: Condition, ...affected: Kind[]): void {
    for (const kind of affected.length === 0 ? kinds : affected) this.#conditions.set(kind, condition);
    for (const line of this.#lines) this.#apply(line);
  }

  /** Open connections fall silent for good, and new ones pass: a router has lost its table. */
  forget(...affected: Kind[]): void {
    for (const line of this.#lines) if (affected.includes(line.kind)) line.isForgotten = true;
    for (const line of this.#lines) this.#apply(line);
  }

  /** Closes open connections; new ones pass. */
  cut(...affected: Kind[]): void {
    for (const { kind, near, far } of this.#lines) {
      if (!affected.includes(kind)) continue;
      near.destroy();
      far.destroy();
    }
  }

  async stop(): Promise<void> {
    this.#server.close();
    this.cut(...kinds);
    await once(this.#server, 'close');
  }

  #accept(near: Socket): void {
    near.on('error', () => undefined);
    near.once('data', (hello: Buffer) => {
      near.pause();
      const far = connect(this.#target, '127.0.0.1');
      const kind: Kind = hello.includes('\x02h2', 'latin1') ? 'requests' : 'websocket';
      const line: Line = { kind, near, far, isForgotten: false };
      this.#lines.add(line);
      far.on('error', () => undefined);
      const end = () => {
        this.#lines.delete(line);
        // A silent network does not tell one end that the other has gone.
        if (this.#isSilent(line)) return;
        near.destroy();
        far.destroy();
      };
      near.once('close', end);
      far.once('close', end);
      far.write(hello);
      near.on('data', (data) => far.write(data));
      far.on('data', (data) => near.write(data));
      this.#apply(line);
    });
  }

  #isSilent({ kind, isForgotten }: Line): boolean {
    return isForgotten || this.#conditions.get(kind) === 'silent';
  }

  #apply(line: Line): void {
    const { kind, near, far } = line;
    if (this.#conditions.get(kind) === 'refuses') {
      near.destroy();
      far.destroy();
      return;
    }
    for (const end of [near, far]) {
      if (this.#isSilent(line)) end.pause();
      else end.resume();
    }
  }
}

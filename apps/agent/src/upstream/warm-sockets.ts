import type { Socket } from 'node:net';

/** Must be below kube-apiserver's ReadHeaderTimeout of 32 s (k8s.io/apiserver/pkg/server/secure_serving.go). */
const maxAgeMs = 25_000;
const retryMs = 5_000;
/** Delay before a refill: a handshake costs both sides CPU time that the request that took the connection needs first. */
const refillMs = 100;

interface Warm {
  socket: Socket;
  expire: NodeJS.Timeout;
  onSpoilt: () => void;
}

const endings = ['close', 'end', 'error'] as const;

/**
 * Connections to the apiserver opened in advance, so that an exec does not wait for a TLS handshake. Each is used only once.
 * They are replaced before the server would close them; one that broke, ended or received unsolicited bytes is discarded. If
 * none is ready, a request takes one that is being opened, part of whose handshake is already done.
 */
export class WarmSockets {
  readonly #connect: () => Promise<Socket>;
  readonly #wanted: number;
  readonly #ready = new Set<Warm>();
  /** Connections being opened, oldest first. */
  readonly #dialling = new Set<Promise<Socket>>();
  #retry: NodeJS.Timeout | undefined;
  #refill: NodeJS.Timeout | undefined;
  #isOpen = true;

  constructor(connect: () => Promise<Socket>, wanted = 2) {
    this.#connect = connect;
    this.#wanted = wanted;
  }

  get size(): number {
    return this.#ready.size;
  }

  /** A ready connection, otherwise the one that will be ready first, otherwise a new one. @throws the errors of connecting. */
  take(): Socket | Promise<Socket> {
    for (const warm of [...this.#ready]) {
      if (!isFresh(warm.socket)) {
        this.#discard(warm);
        continue;
      }
      this.#release(warm);
      this.#fillSoon();
      return warm.socket;
    }
    const [first] = this.#dialling;
    if (first !== undefined) this.#dialling.delete(first);
    this.#fillSoon();
    return first ?? this.#connect();
  }

  /** Opens the missing connections. Failures are retried later; a caller that needs one meanwhile gets the error. */
  fill(): void {
    if (!this.#isOpen || this.#retry !== undefined) return;
    for (let missing = this.#wanted - this.#ready.size - this.#dialling.size; missing > 0; missing--) void this.#add();
  }

  /** Discards the ready connections, because the credential has changed. */
  renew(): void {
    for (const warm of [...this.#ready]) this.#discard(warm);
    this.fill();
  }

  close(): void {
    this.#isOpen = false;
    clearTimeout(this.#retry);
    clearTimeout(this.#refill);
    for (const warm of [...this.#ready]) this.#discard(warm);
  }

  #fillSoon(): void {
    this.#refill ??= setTimeout(() => {
      this.#refill = undefined;
      this.fill();
    }, refillMs);
    this.#refill.unref();
  }

  async #add(): Promise<void> {
    const dialling = this.#connect();
    this.#dialling.add(dialling);
    try {
      const socket = await dialling;
      // If it is not in the set, a request has taken it.
      if (!this.#dialling.delete(dialling)) return;
      if (this.#isOpen) this.#keep(socket);
      else socket.destroy();
    } catch {
      this.#dialling.delete(dialling);
      if (!this.#isOpen) return;
      this.#retry ??= setTimeout(() => {
        this.#retry = undefined;
        this.fill();
      }, retryMs);
      this.#retry.unref();
    }
  }

  #keep(socket: Socket): void {
    const onSpoilt = (): void => this.#replace(warm);
    const warm: Warm = { socket, expire: setTimeout(onSpoilt, maxAgeMs), onSpoilt };
    warm.expire.unref();
    for (const ending of endings) socket.once(ending, onSpoilt);
    this.#ready.add(warm);
  }

  #replace(warm: Warm): void {
    if (!this.#ready.has(warm)) return;
    this.#discard(warm);
    this.fill();
  }

  #discard(warm: Warm): void {
    this.#release(warm);
    warm.socket.on('error', () => {});
    warm.socket.destroy();
  }

  #release(warm: Warm): void {
    clearTimeout(warm.expire);
    this.#ready.delete(warm);
    for (const ending of endings) warm.socket.off(ending, warm.onSpoilt);
  }
}

/** Whether it is open in both directions and the server has sent nothing. */
function isFresh(socket: Socket): boolean {
  return !socket.destroyed && socket.readable && socket.writable && socket.readableLength === 0;
}

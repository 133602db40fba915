import { EventEmitter } from 'node:events';
import type { MuxOptions } from '@postern/mux';
import { WebSocket } from 'ws';
import { Backoff, type BackoffOptions } from './backoff.ts';
import { type Clock, systemClock } from './clock.ts';
import { closeCodes, closeName } from './close-codes.ts';
import { type AgentIdentity, connectTunnel } from './connect-tunnel.ts';
import { HandshakeError } from './handshake-socket.ts';
import { subprotocol } from './proof.ts';
import type { Tunnel } from './tunnel.ts';
import { webSocketClientOptions } from './websocket-transport.ts';

export interface DialerOptions extends Omit<AgentIdentity, 'slot'> {
  /** Gateways in order of preference: `wss://host/tunnel`. Tried in turn. */
  urls: string[];
  slot?: number;
  /** The caller configures proxies and CAs; use `webSocketClientOptions`. */
  createWebSocket?: (url: string, protocols: string[]) => WebSocket;
  clock?: Clock;
  backoff?: Partial<BackoffOptions>;
  mux?: Partial<MuxOptions>;
  /** From dialling to WELCOME, in milliseconds. */
  connectTimeoutMs?: number;
}

interface Ended {
  code: number;
  reason: string;
}

const defaultConnectTimeoutMs = 15_000;

function plainWebSocket(url: string, protocols: string[]): WebSocket {
  return new WebSocket(url, protocols, webSocketClientOptions);
}

/** Keeps one tunnel to a gateway open: dials, authenticates, and dials again when it ends (docs/protocol.md, "Alive"). */
export class TunnelDialer extends EventEmitter<{
  connected: [Tunnel];
  /** An attempt failed or the tunnel ended; `retryInMs` is 0 if a new connection is already being made. */
  disconnected: [{ code: number; reason: string; retryInMs: number }];
  /** The gateway refused this agent; the next attempt is minutes away. */
  refused: [{ code: number; name: string; reason: string; retryInMs: number }];
}> {
  readonly #options: DialerOptions;
  readonly #identity: AgentIdentity;
  readonly #clock: Clock;
  readonly #backoff: Backoff;
  readonly #sockets = new Set<WebSocket>();
  #nextUrl = 0;
  #isRunning = false;
  #isConnecting = false;
  #tunnel: Tunnel | undefined;
  #cancelRetry: (() => void) | undefined;
  #retryAt = 0;

  constructor(options: DialerOptions) {
    super();
    if (options.urls.length === 0) throw new RangeError('a dialer needs the URL of a gateway');
    this.#options = options;
    const { agentId, clusterId, instance, slot = 0, version, privateKey } = options;
    this.#identity = { agentId, clusterId, instance, slot, version, privateKey };
    this.#clock = options.clock ?? systemClock;
    this.#backoff = new Backoff(options.backoff);
  }

  /** The tunnel in use. A draining one stays here until its successor is connected. */
  get tunnel(): Tunnel | undefined {
    return this.#tunnel;
  }

  start(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    void this.#connect();
  }

  /** Closes the tunnel with 1000 (`bye`) and resolves once every socket is closed. */
  async stop(): Promise<void> {
    this.#isRunning = false;
    this.#cancelRetry?.();
    this.#cancelRetry = undefined;
    const closed = [...this.#sockets].map((ws) => new Promise<void>((resolve) => ws.once('close', () => resolve())));
    this.#tunnel?.close(closeCodes.bye, 'the agent stops');
    this.#tunnel = undefined;
    for (const ws of this.#sockets) ws.close(closeCodes.bye);
    await Promise.all(closed);
  }

  async #connect(): Promise<void> {
    this.#isConnecting = true;
    const url = this.#options.urls[this.#nextUrl % this.#options.urls.length] ?? '';
    try {
      const ws = (this.#options.createWebSocket ?? plainWebSocket)(url, [subprotocol]);
      this.#sockets.add(ws);
      ws.once('close', () => this.#sockets.delete(ws));
      const tunnel = await connectTunnel(ws, {
        identity: this.#identity,
        clock: this.#clock,
        timeoutMs: this.#options.connectTimeoutMs ?? defaultConnectTimeoutMs,
        mux: this.#options.mux ?? {},
      });
      this.#isConnecting = false;
      if (this.#isRunning) this.#use(tunnel);
      else tunnel.close(closeCodes.bye, 'the agent stops');
    } catch (error) {
      this.#isConnecting = false;
      this.#nextUrl++;
      if (error instanceof HandshakeError) this.#onEnd({ code: error.code, reason: error.reason }, 0);
      else this.#onEnd({ code: 1006, reason: error instanceof Error ? error.message : 'the connection failed' }, 0);
    }
  }

  #use(tunnel: Tunnel): void {
    const since = this.#clock.now();
    this.#tunnel = tunnel;
    const onClose = (close: Ended): void => {
      if (this.#tunnel !== tunnel) return;
      this.#tunnel = undefined;
      this.#onEnd(close, this.#clock.now() - since);
    };
    tunnel.once('drain', ({ retryAfterMs }) => {
      if (!this.#isRunning || this.#tunnel !== tunnel) return;
      this.#nextUrl++;
      this.#retryIn(this.#backoff.afterDrain(retryAfterMs));
    });
    tunnel.once('close', onClose);
    this.emit('connected', tunnel);
    // It may have ended after WELCOME, before there was a listener.
    if (tunnel.closed) onClose({ code: 1006, reason: 'the connection was lost' });
  }

  #onEnd(ended: Ended, connectedMs: number): void {
    if (!this.#isRunning) return;
    const { code, reason } = ended;
    if (code === closeCodes.proof || code === closeCodes.revoked || code === closeCodes.version) {
      const retryInMs = this.#retryIn(this.#backoff.afterRefusal());
      this.emit('refused', { code, name: closeName(code), reason, retryInMs });
      return;
    }
    this.emit('disconnected', { code, reason, retryInMs: this.#retryAfter(code, connectedMs) });
  }

  #retryAfter(code: number, connectedMs: number): number {
    // The successor of a drained tunnel is already connecting.
    if (this.#isConnecting) return 0;
    if (this.#cancelRetry !== undefined) return Math.max(0, this.#retryAt - this.#clock.now());
    if (code === closeCodes.replaced) return this.#retryIn(this.#backoff.afterReplacement());
    return this.#retryIn(this.#backoff.afterLoss(connectedMs));
  }

  #retryIn(ms: number): number {
    this.#cancelRetry?.();
    this.#retryAt = this.#clock.now() + ms;
    this.#cancelRetry = this.#clock.after(ms, () => {
      this.#cancelRetry = undefined;
      void this.#connect();
    });
    return ms;
  }
}

import type { TerminalMode, TerminalSharing } from '@postern/contracts';
import { v7 } from 'uuid';
import { Refusal, refusal } from '../../access/refusal.ts';
import { byPrincipal } from '../../audit/actor.ts';
import { type AuditLog, AuditUnavailableError } from '../../audit/audit-log.ts';
import type { AuditFacts } from '../../audit/event.ts';
import type { TerminalClient } from '../terminal-service.ts';
import type { HeldTerminal } from './held-terminal.ts';

/** The entries about one person's view of a terminal that is held. */
export class ViewTrail {
  readonly #log: AuditLog;
  readonly #client: TerminalClient;
  readonly #terminal: HeldTerminal;
  readonly #mode: TerminalMode;
  #request: string | null = null;
  #startedAt = 0;

  constructor(
    log: AuditLog,
    client: TerminalClient,
    { terminal, mode }: { terminal: HeldTerminal; mode: TerminalMode },
  ) {
    this.#log = log;
    this.#client = client;
    this.#terminal = terminal;
    this.#mode = mode;
  }

  /** The view begins. @throws Refusal 503 if that must be recorded and cannot be. */
  async started({ isFailClosed }: { isFailClosed: boolean }): Promise<void> {
    this.#request = v7();
    this.#startedAt = performance.now();
    const event = this.#event('terminal.view', { phase: 'start' });
    const { organizationId } = this.#terminal;
    if (!isFailClosed) {
      this.#log.record(organizationId, event);
      return;
    }
    try {
      await this.#log.recordNow(organizationId, event);
    } catch (error) {
      if (!(error instanceof AuditUnavailableError)) throw error;
      throw refusal(
        503,
        'Postern cannot record what is done in this cluster right now, and this cluster takes only what is recorded. Try again shortly.',
      );
    }
  }

  ended(): void {
    const durationMs = Math.round(performance.now() - this.#startedAt);
    this.#record('terminal.view', { phase: 'end', durationMs });
  }

  refused(error: unknown): void {
    if (!(error instanceof Refusal)) return;
    const { code, message } = error.status;
    if (code !== 429) this.#record('terminal.view', { decision: 'refused', status: code, reason: message });
  }

  /** The person types from here now, no longer from another page or device. */
  tookOver(): void {
    this.#record('terminal.take-over', {});
  }

  shared(sharing: TerminalSharing): void {
    this.#record('terminal.share', { details: { sharing } });
  }

  #record(action: string, more: Partial<AuditFacts>): void {
    this.#log.record(this.#terminal.organizationId, this.#event(action, more));
  }

  #event(action: string, more: Partial<AuditFacts>): AuditFacts {
    const { place, id, owner } = this.#terminal;
    const { principal, address, userAgent } = this.#client;
    return {
      ...byPrincipal(principal, userAgent),
      action,
      decision: 'allowed',
      request: this.#request,
      address,
      cluster: { id: null, name: place.cluster },
      resource: 'pods',
      subresource: 'exec',
      namespace: place.namespace,
      name: place.pod,
      session: id,
      details: { mode: this.#mode, owner: owner.username },
      ...more,
    };
  }
}

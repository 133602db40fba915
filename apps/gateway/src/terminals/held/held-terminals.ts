import { EventEmitter } from 'node:events';
import {
  type AttachTerminal,
  type HeldTerminal as HeldTerminalView,
  type OpenTerminal,
  type TerminalEnding,
  type TerminalSharing,
} from '@postern/contracts';
import type { Logger } from 'pino';
import type { z } from 'zod';
import type { Admission } from '../../access/cluster-access.ts';
import { Refusal, refusal, tooMany } from '../../access/refusal.ts';
import type { AuditLog } from '../../audit/audit-log.ts';
import { logFailure } from '../../database/log-failure.ts';
import { type Principal, permits } from '../../identity/principal.ts';
import { gatewayStopped } from '../../leases/end-gateways.ts';
import type { Revalidation } from '../../revalidation/revalidation.ts';
import type { SessionLog } from '../../sessions/session-log.ts';
import type { SessionViewers } from '../../sessions/session-viewers.ts';
import type { OpenedTerminal, TerminalClient, TerminalService } from '../terminal-service.ts';
import type { HeldTerminal } from './held-terminal.ts';
import type { TerminalView, ViewEvents } from './terminal-view.ts';
import { ViewTrail } from './view-trail.ts';

/** Most terminals of one person, counted with those that have ended and were not seen since. */
const maxOfPerson = 32;

/** How terminals are held. */
export interface TerminalSettings {
  /** How long a terminal goes on without a view, in milliseconds. */
  graceMs: number;
  /** Most terminals that this process holds. */
  most: number;
}

export interface HeldTerminalsOptions extends TerminalSettings {
  service: Pick<TerminalService, 'open' | 'authorisePlace' | 'authoriseView'>;
  viewers: Pick<SessionViewers, 'join'>;
  revalidation: Pick<Revalidation, 'watch'>;
  sessions: Pick<SessionLog, 'whatBecameOf'>;
  audit: AuditLog;
  logger: Logger;
}

/** A view that has begun; `start` lets the output flow to it. */
export interface BegunView {
  terminal: HeldTerminal;
  view: TerminalView;
  start(): void;
}

/** The sign-in that opened a terminal, and where it runs. */
interface Opener {
  credentialId: string;
  request: z.output<typeof OpenTerminal>;
  isFailClosed: boolean;
}

/** The terminals that this process holds. Emits `changed` with the organization's id. */
export class HeldTerminals extends EventEmitter<{ changed: [string] }> {
  readonly #options: HeldTerminalsOptions;
  readonly #byId = new Map<string, HeldTerminal>();
  readonly #openers = new WeakMap<HeldTerminal, Opener>();
  /** How many each person is opening. */
  readonly #opening = new Map<string, number>();

  constructor(options: HeldTerminalsOptions) {
    super();
    this.#options = options;
    // One listener for each live connection that lists terminals.
    this.setMaxListeners(0);
  }

  /** Opens a shell and a view of it. @throws Refusal with the HTTP status that kubectl would get. */
  async open(client: TerminalClient, request: z.output<typeof OpenTerminal>, events: ViewEvents): Promise<BegunView> {
    const { principal } = client;
    // A page that lost its connection before the answer asks again.
    const asked = this.#openedFor(principal, request.viewer);
    const view = { viewer: request.viewer, person: principal, mode: 'write', size: request, position: 0 } as const;
    if (asked !== undefined) return begun(asked, asked.attach({ ...view, events, onOver: () => {} }));
    const leave = this.#enter(principal.userId);
    try {
      // The emulator of screens takes several MiB, so it is loaded with the first terminal, while that opens.
      const [opened, { HeldTerminal }] = await Promise.all([
        this.#options.service.open(client, request),
        import('./held-terminal.ts'),
      ]);
      const held = this.#hold(HeldTerminal, { client, request, opened });
      const { start, ...rest } = begun(held, held.attach({ ...view, events, onOver: () => {} }));
      return {
        ...rest,
        start: () => {
          start();
          opened.start({ onOutput: (data) => held.write(data), onEnded: (ending) => held.finish(ending) });
        },
      };
    } finally {
      leave();
    }
  }

  /**
   * Begins a view of a terminal that is held.
   * @returns the terminal itself if another view of this person types in it and `mode` is `auto`; how it ended, or why it is not
   *   there, if it is not held here.
   * @throws Refusal if the person may not view it.
   */
  async attach(
    client: TerminalClient,
    request: z.output<typeof AttachTerminal>,
    events: ViewEvents,
  ): Promise<BegunView | { elsewhere: HeldTerminalView } | { gone: TerminalEnding }> {
    const { principal } = client;
    const found = this.find(principal, request);
    if (found === undefined) return { gone: await this.#whyGone(principal, request) };
    const opener = this.#openers.get(found);
    const isOwn = found.owner.userId === principal.userId;
    const mode = request.mode === 'auto' ? (isOwn || found.sharing === 'write' ? 'write' : 'watch') : request.mode;
    const typist = found.typist(principal.userId);
    if (request.mode === 'auto' && isOwn) {
      if (typist !== undefined && !typist.isOf(request.viewer)) return { elsewhere: found.describe(principal.userId) };
    }
    const trail = new ViewTrail(this.#options.audit, client, { terminal: found, mode });
    let onOver = (): void => {};
    if (opener !== undefined && opener.credentialId !== principal.credential.id) {
      const admission = await unlessRefused(this.#options.service.authoriseView(principal, opener.request));
      if (admission === null) {
        trail.refused(refusal(403, notAllowed.message));
        return { gone: notAllowed };
      }
      const { stillHolds } = admission;
      await trail.started(opener);
      const leave = await this.#record(client, found, mode === 'write');
      const unwatch = this.#options.revalidation.watch({ principal, stillHolds }, () =>
        found.withdraw(principal.userId),
      );
      onOver = () => {
        unwatch();
        leave();
        trail.ended();
      };
    }
    // It may have ended or been withdrawn meanwhile.
    if (this.find(principal, request) !== found || (mode === 'write' && !canType(found, principal))) {
      onOver();
      throw refusal(403, `${found.owner.username} lets you watch this terminal, not type in it.`);
    }
    if (mode === 'write' && typist !== undefined && !typist.isOf(request.viewer)) trail.tookOver();
    const { viewer, position } = request;
    return begun(found, found.attach({ viewer, person: principal, mode, size: request, position, events, onOver }));
  }

  /** A terminal that this person may view. */
  find(
    principal: Principal,
    { organization, terminal }: { organization: string; terminal: string },
  ): HeldTerminal | undefined {
    const found = this.#byId.get(terminal);
    const membership = principal.memberships.find(({ slug }) => slug === organization);
    if (found === undefined || membership === undefined || found.organizationId !== membership.organizationId) return;
    return isVisible(found, principal) ? found : undefined;
  }

  /** The terminals of an organization that a person may view, oldest first. */
  async list(principal: Principal, organizationId: string): Promise<HeldTerminalView[]> {
    const found = [...this.#byId.values()].filter((held) => held.organizationId === organizationId);
    const visible = await Promise.all(
      found.map(async (held) => isVisible(held, principal) && (await this.#mayOpen(principal, held))),
    );
    return found.filter((_, index) => visible[index]).map((held) => held.describe(principal.userId));
  }

  /** Whether a person may know of a terminal in a place: their own, and where they could open one themselves. */
  async #mayOpen(principal: Principal, held: HeldTerminal): Promise<boolean> {
    const isOwn = held.owner.userId === principal.userId;
    if (isOwn && principal.credential.clusterId === null) return true;
    const opener = this.#openers.get(held);
    if (opener === undefined) return false;
    return (await unlessRefused(this.#options.service.authorisePlace(principal, opener.request))) !== null;
  }

  /** Changes who may view a terminal of one's own. */
  share(client: TerminalClient, held: HeldTerminal, sharing: TerminalSharing): void {
    new ViewTrail(this.#options.audit, client, { terminal: held, mode: 'write' }).shared(sharing);
    held.share(sharing);
  }

  /** Ends all, because this process ends. */
  close(): void {
    for (const held of [...this.#byId.values()]) {
      held.end(stopping);
      held.forget();
    }
  }

  /** The running terminal that a view of this sign-in has opened. */
  #openedFor({ userId, credential }: Principal, viewer: string): HeldTerminal | undefined {
    return [...this.#byId.values()].find((held) => {
      const opener = this.#openers.get(held);
      return held.owner.userId === userId && opener?.request.viewer === viewer && opener.credentialId === credential.id;
    });
  }

  #enter(userId: string): () => void {
    const opening = this.#opening.get(userId) ?? 0;
    const own = [...this.#byId.values()].filter(({ owner }) => owner.userId === userId).length;
    if (own + opening >= maxOfPerson) {
      throw tooMany(1, `You have ${maxOfPerson} terminals running, which is the most. End one first.`);
    }
    const all = this.#byId.size + [...this.#opening.values()].reduce((sum, count) => sum + count, 0);
    if (all >= this.#options.most) {
      throw tooMany(30, 'This gateway holds as many terminals as it can. Try again later, or end some that run.');
    }
    this.#opening.set(userId, opening + 1);
    return () => {
      const left = (this.#opening.get(userId) ?? 1) - 1;
      if (left === 0) this.#opening.delete(userId);
      else this.#opening.set(userId, left);
    };
  }

  #hold(
    Terminal: typeof HeldTerminal,
    {
      client,
      request,
      opened,
    }: { client: TerminalClient; request: z.output<typeof OpenTerminal>; opened: OpenedTerminal },
  ): HeldTerminal {
    const { principal } = client;
    const { organization, cluster, namespace, pod, columns, rows } = request;
    const { terminal, organizationId, isFailClosed } = opened;
    const changed = (): void => void this.emit('changed', organizationId);
    const held = new Terminal({
      terminal,
      organizationId,
      place: { organization, cluster, namespace, pod },
      owner: { userId: principal.userId, username: principal.username },
      size: { columns, rows },
      graceMs: this.#options.graceMs,
      onError: (error) => logFailure(this.#options.logger, error, 'the output of a terminal could not be kept'),
      onChanged: changed,
      onOver: () => {
        this.#byId.delete(held.id);
        changed();
      },
    });
    this.#byId.set(held.id, held);
    this.#openers.set(held, { credentialId: principal.credential.id, request, isFailClosed });
    return held;
  }

  /** Records the view before it gets any output. @returns a function that records its end. @throws Refusal 503. */
  async #record(
    { principal, address, userAgent }: TerminalClient,
    held: HeldTerminal,
    canType: boolean,
  ): Promise<() => void> {
    const { viewers, logger } = this.#options;
    const { organizationId, id: sessionId } = held;
    const start = { organizationId, sessionId, userId: principal.userId, canType, clientAddress: address, userAgent };
    try {
      const leave = await viewers.join(start);
      return () => {
        leave().catch((error: unknown) => logFailure(logger, error, 'the end of a view could not be recorded'));
      };
    } catch (error) {
      logFailure(logger, error, 'a view of a terminal could not be recorded and was refused');
      throw refusal(503, 'Postern could not record that you view this terminal and refused it. Try again shortly.');
    }
  }

  async #whyGone(principal: Principal, request: { organization: string; terminal: string }): Promise<TerminalEnding> {
    const membership = principal.memberships.find(({ slug }) => slug === request.organization);
    if (membership === undefined) return unknown;
    const { organizationId } = membership;
    const session = { id: request.terminal, organizationId, userId: principal.userId };
    const became = await this.#options.sessions.whatBecameOf(session);
    if (became === 'open') return elsewhere;
    if (became === null || became.endReason === '') return unknown;
    return became.endReason === gatewayStopped
      ? stopped
      : { code: 'closed', exitCode: null, message: became.endReason };
  }
}

const stopping: TerminalEnding = {
  code: 'gateway-stopped',
  exitCode: null,
  message: 'The gateway was stopped, and the shell ended with it.',
};
const stopped: TerminalEnding = { ...stopping, message: 'The gateway was restarted, and the shell ended with it.' };
const elsewhere: TerminalEnding = {
  ...stopping,
  message: 'The gateway that held this terminal has stopped, or your connection leads to another one now.',
};
const notAllowed: TerminalEnding = {
  code: 'denied',
  exitCode: null,
  message: 'Your access does not allow terminals in this place any more.',
};
const unknown: TerminalEnding = {
  code: 'not-found',
  exitCode: null,
  message: 'This terminal is not running any more, or it is not shared with you.',
};

function begun(terminal: HeldTerminal, view: TerminalView): BegunView {
  return { terminal, view, start: () => terminal.start(view) };
}

/** Whether a person may know of a terminal: their own, and those shared in an organization where they use clusters. */
function isVisible({ owner, sharing, organizationId }: HeldTerminal, principal: Principal): boolean {
  if (owner.userId === principal.userId) return true;
  return sharing !== 'nobody' && permits(principal, organizationId, 'cluster:use');
}

function canType({ owner, sharing }: HeldTerminal, principal: Principal): boolean {
  return owner.userId === principal.userId || sharing === 'write';
}

/** Null if the person could not open a terminal in that place. */
async function unlessRefused(admitted: Promise<Admission>): Promise<Admission | null> {
  try {
    return await admitted;
  } catch (error) {
    if (error instanceof Refusal && (error.status.code === 403 || error.status.code === 404)) return null;
    throw error;
  }
}

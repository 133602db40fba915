import type { AuditEvent as RecordedEvent } from '@postern/contracts';
import { v7 } from 'uuid';
import { withoutSecrets } from '../core/without-secrets.ts';
import { recordedCommand } from '../sessions/recorded-command.ts';
import { canonical, type Json } from './canonical.ts';

/** An entry as it is kept, without its place in the chain. */
export type AuditEvent = Omit<RecordedEvent, 'seq' | 'previous' | 'hash'>;

/** What a caller knows of an event; the rest is null or empty. Texts may be anything that a client or a cluster sent. */
export type AuditFacts = Partial<AuditEvent> & Pick<AuditEvent, 'action' | 'decision' | 'source' | 'actor'>;

/** Maximum length of a text, in UTF-16 units, and of the texts in a list. */
const maxText = 512;
const maxDetails = 32;
/** Of an argument of a command, before what is too long is left out; no request has more. */
const maxArgument = 65_536;

/** The fields of an event that may be unknown. */
export const nothing: Omit<AuditEvent, 'id' | 'at' | 'action' | 'decision' | 'source' | 'actor'> = {
  phase: null,
  request: null,
  reason: null,
  credential: null,
  identity: null,
  cluster: null,
  verb: null,
  group: null,
  resource: null,
  subresource: null,
  namespace: null,
  name: null,
  status: null,
  bytesUp: null,
  bytesDown: null,
  durationMs: null,
  session: null,
  address: '',
  userAgent: '',
  details: {},
};

/**
 * A complete event, safe to store and to print: every text is a single well-formed line of at most 512 characters, without NUL
 * and without anything that looks like a secret.
 */
export function completeEvent(facts: AuditFacts, now: Date = new Date()): AuditEvent {
  const event = { ...nothing, ...facts };
  const { actor, credential, identity, cluster } = event;
  // Names in alphabetical order: see `contentOf`.
  return {
    action: line(event.action),
    actor: { id: actor.id, kind: actor.kind, name: line(actor.name) },
    address: line(event.address),
    at: event.at ?? now.toISOString(),
    bytesDown: event.bytesDown,
    bytesUp: event.bytesUp,
    cluster: cluster && { id: cluster.id, name: line(cluster.name) },
    credential: credential && { id: line(credential.id), kind: line(credential.kind) },
    decision: event.decision,
    details: recordedDetails(event.details),
    durationMs: event.durationMs,
    group: lineOrNull(event.group),
    id: event.id ?? v7(),
    identity: identity && {
      groups: lines(identity.groups),
      real: lineOrNull(identity.real),
      user: line(identity.user),
    },
    name: lineOrNull(event.name),
    namespace: lineOrNull(event.namespace),
    phase: event.phase,
    reason: lineOrNull(event.reason),
    request: lineOrNull(event.request),
    resource: lineOrNull(event.resource),
    session: event.session,
    source: event.source,
    status: event.status,
    subresource: lineOrNull(event.subresource),
    userAgent: line(event.userAgent),
    verb: lineOrNull(event.verb),
  };
}

/** The canonical form of a complete event, of which only the details are still to be sorted; a seventh of the work. */
export function contentOf(event: AuditEvent): string {
  return Object.keys(event.details).length === 0 ? JSON.stringify(event) : canonical(event as unknown as Json);
}

function recordedDetails(details: AuditEvent['details']): AuditEvent['details'] {
  const entries = Object.entries(details).slice(0, maxDetails);
  return Object.fromEntries(
    entries.map(([name, value]) => {
      if (typeof value === 'string') return [line(name), line(value)];
      if (Array.isArray(value)) return [line(name), lines(value)];
      if (typeof value !== 'object') return [line(name), value];
      const pairs = Object.entries(value).slice(0, maxDetails);
      return [line(name), Object.fromEntries(pairs.map(([key, text]) => [line(key), line(text)]))];
    }),
  );
}

/** As the command of a session is recorded: what is left out is replaced by a note of how much it was. */
function lines(texts: readonly string[]): string[] {
  // Secrets first: half of one is not recognised.
  return recordedCommand(texts.map((text) => withoutSecrets(text, maxArgument))).map(oneLine);
}

function lineOrNull(text: string | null): string | null {
  return text === null ? null : line(text);
}

function line(text: string): string {
  // Nearly every text is short and plain.
  if (/^[\w./:@ -]{0,64}$/.test(text) && !text.includes('postern_') && !text.startsWith('eyJ')) return text;
  return oneLine(withoutSecrets(text, maxText));
}

/** Control characters, line separators and lone surrogates, of which a log, a terminal or PostgreSQL would make something else. */
function oneLine(text: string): string {
  return text
    .toWellFormed()
    .replace(
      /[\p{Cc}\p{Zl}\p{Zp}]/gu,
      (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
    );
}

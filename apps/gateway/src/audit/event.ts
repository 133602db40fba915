import type { AuditEvent as RecordedEvent } from '@postern/contracts';
import { v7 } from 'uuid';
import { withoutSecrets } from '../core/without-secrets.ts';
import { recordedCommand } from '../sessions/recorded-command.ts';

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
  const event: AuditEvent = { ...nothing, id: v7(), at: now.toISOString(), ...facts };
  const { actor, credential, identity, cluster } = event;
  return {
    ...event,
    action: line(event.action),
    reason: lineOrNull(event.reason),
    actor: { ...actor, name: line(actor.name) },
    credential: credential && { kind: line(credential.kind), id: line(credential.id) },
    identity: identity && {
      real: lineOrNull(identity.real),
      user: line(identity.user),
      groups: lines(identity.groups),
    },
    cluster: cluster && { id: cluster.id, name: line(cluster.name) },
    verb: lineOrNull(event.verb),
    group: lineOrNull(event.group),
    resource: lineOrNull(event.resource),
    subresource: lineOrNull(event.subresource),
    namespace: lineOrNull(event.namespace),
    name: lineOrNull(event.name),
    address: line(event.address),
    userAgent: line(event.userAgent),
    details: recordedDetails(event.details),
  };
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

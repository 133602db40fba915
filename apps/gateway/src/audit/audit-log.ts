import type { AuditFacts } from './event.ts';

/** The audit trails of organizations, for whoever has something to record. */
export interface AuditLog {
  /**
   * Records an event in the trail of an organization, soon. Never fails and never waits: while nothing can be written, events
   * wait in memory, and if there are too many, the trail says how many are missing.
   */
  record(organizationId: string, event: AuditFacts): void;
  /** Records an event and resolves once it is durable. @throws {AuditUnavailableError} if it is not within 1.5 s. */
  recordNow(organizationId: string, event: AuditFacts): Promise<void>;
}

/** An event could not be made durable in time. It may still be written later. */
export class AuditUnavailableError extends Error {
  override readonly name = 'AuditUnavailableError';
}

/** Injects the `AuditLog`. */
export const AUDIT_LOG = Symbol('audit log');

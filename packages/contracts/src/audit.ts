import { z } from 'zod';
import { Id, Instant, PageQuery, text } from './primitives.ts';

/** `allowed`: it was done, or the cluster was asked. `refused`: by Postern or by the cluster. `error`: it failed. */
export const AuditDecision = z.enum(['allowed', 'refused', 'error']);
export type AuditDecision = z.infer<typeof AuditDecision>;

/** What the request was made with. Programs name themselves (`User-Agent`), except for browsers. */
export const AuditSource = z.enum(['browser', 'kubectl', 'cli', 'api', 'agent', 'system']);
export type AuditSource = z.infer<typeof AuditSource>;

const details = z.record(
  z.string(),
  z.union([z.string(), z.number(), z.boolean(), z.array(z.string()), z.record(z.string(), z.string())]),
);

/** One entry of an organization's trail. Texts from requests and clusters are single lines, and cut if they are very long. */
export const AuditEvent = z.object({
  /** Position in the trail, without gaps. */
  seq: z.number().int(),
  id: Id,
  at: Instant,
  /** What was done: `kube.request`, `cluster.create`, `auth.sign-in`, `terminal.open` … */
  action: z.string(),
  /** Of what lasts: its start or its end. Null for everything that is one entry. */
  phase: z.enum(['start', 'end']).nullable(),
  /** The same in the entries of a start and its end. */
  request: z.string().nullable(),
  decision: AuditDecision,
  /** Why it was refused or failed, or how it ended. */
  reason: z.string().nullable(),
  source: AuditSource,
  /** `nobody`: not signed in; the name is what they claimed to be. */
  actor: z.object({
    id: Id.nullable(),
    name: z.string(),
    kind: z.enum(['person', 'service-account', 'agent', 'system', 'nobody']),
  }),
  credential: z.object({ kind: z.string(), id: z.string() }).nullable(),
  /** Who the cluster saw. `real` is who asked, if they acted as somebody else. */
  identity: z.object({ real: z.string().nullable(), user: z.string(), groups: z.array(z.string()) }).nullable(),
  /** The id is null where only the name is known, as in an operation on a cluster that does not exist. */
  cluster: z.object({ id: Id.nullable(), name: z.string() }).nullable(),
  verb: z.string().nullable(),
  group: z.string().nullable(),
  resource: z.string().nullable(),
  subresource: z.string().nullable(),
  namespace: z.string().nullable(),
  name: z.string().nullable(),
  /** HTTP status of the answer. */
  status: z.number().int().nullable(),
  /** Bytes to the cluster, and back. */
  bytesUp: z.number().int().nullable(),
  bytesDown: z.number().int().nullable(),
  durationMs: z.number().int().nullable(),
  /** The recorded session. */
  session: Id.nullable(),
  address: z.string(),
  userAgent: z.string(),
  details,
  /** SHA-256 of the entry before, in hex. */
  previous: z.string(),
  /** SHA-256 of this entry, in hex; docs/security.md says of which bytes. */
  hash: z.string(),
});
export type AuditEvent = z.infer<typeof AuditEvent>;

/** Filters of the trail; all that are given must match. */
export const AuditFilter = z.object({
  since: Instant.optional(),
  until: Instant.optional(),
  /** Id of an account, or the name under which it is recorded (the e-mail address). */
  actor: text(254).optional(),
  /** Id or name. */
  cluster: text(63).optional(),
  /** `kube.request`, or `kube.` for all that begin with it. */
  action: text(100).optional(),
  resource: text(253).optional(),
  namespace: text(253).optional(),
  decision: AuditDecision.optional(),
  /** Occurs anywhere in the entry, in upper or lower case. */
  text: text(200).optional(),
});

/** Newest first; with `after`, those that follow this position, oldest first. */
export const AuditQuery = PageQuery.extend({
  ...AuditFilter.shape,
  after: z.coerce.number().int().min(0).optional(),
});
export type AuditQuery = z.input<typeof AuditQuery>;

/** `cursor`: the one of the previous page. */
export const AuditVerifyQuery = z.object({ cursor: text(200).optional() });

/** The outcome of checking one part of the chain. */
export const AuditVerification = z.object({
  /** Entries checked, all in order unless `broken` names the next. */
  checked: z.number().int(),
  first: z.number().int().nullable(),
  last: z.number().int().nullable(),
  /** Where the next part begins; null if the end was reached, or the chain is broken. */
  nextCursor: z.string().nullable(),
  /** The first entry that is not what was recorded. */
  broken: z.object({ seq: z.number().int(), problem: z.string() }).nullable(),
});
export type AuditVerification = z.infer<typeof AuditVerification>;

/**
 * What happens to requests to a cluster while nothing can be recorded. `fail-open`: they go on, and are recorded later.
 * `fail-closed`: they are refused.
 */
export const AuditMode = z.enum(['fail-open', 'fail-closed']);
export type AuditMode = z.infer<typeof AuditMode>;

/** How long entries are kept, in days. */
const RetentionDays = z.number().int().min(7).max(3_650);

export const AuditSettings = z.object({
  retentionDays: RetentionDays,
  clusters: z.array(z.object({ id: Id, name: z.string(), mode: AuditMode })),
});
export type AuditSettings = z.infer<typeof AuditSettings>;

export const UpdateAuditSettingsRequest = z.strictObject({ retentionDays: RetentionDays });
export type UpdateAuditSettingsRequest = z.infer<typeof UpdateAuditSettingsRequest>;

export const UpdateClusterAuditRequest = z.strictObject({ mode: AuditMode });
export type UpdateClusterAuditRequest = z.infer<typeof UpdateClusterAuditRequest>;

/** Where entries are sent as they are written, and how that goes. */
export const AuditWebhook = z.object({
  id: Id,
  url: z.string(),
  createdAt: Instant,
  /** The last entry that was delivered, and how many wait. */
  deliveredSeq: z.number().int(),
  waiting: z.number().int(),
  lastDeliveredAt: Instant.nullable(),
  /** Null while it works. */
  failingSince: Instant.nullable(),
  lastError: z.string().nullable(),
  nextAttemptAt: Instant.nullable(),
});
export type AuditWebhook = z.infer<typeof AuditWebhook>;

export const CreateAuditWebhookRequest = z.strictObject({
  url: text(500).refine((given) => isWebhookUrl(given), 'An https:// URL without user name, password or fragment'),
});
export type CreateAuditWebhookRequest = z.infer<typeof CreateAuditWebhookRequest>;

/** `key` (`whsec_…`) signs the deliveries, as standardwebhooks.com describes. It is shown once. */
export const CreatedAuditWebhook = z.object({ webhook: AuditWebhook, key: z.string() });
export type CreatedAuditWebhook = z.infer<typeof CreatedAuditWebhook>;

/** The answer to a test delivery; `status` is null if there was none. */
export const AuditWebhookTest = z.object({
  delivered: z.boolean(),
  status: z.number().int().nullable(),
  error: z.string().nullable(),
  durationMs: z.number().int(),
});
export type AuditWebhookTest = z.infer<typeof AuditWebhookTest>;

/** Whether http:// is allowed depends on the network, and is decided where it is known. */
function isWebhookUrl(given: string): boolean {
  const url = URL.canParse(given) ? new URL(given) : undefined;
  return (
    (url?.protocol === 'https:' || url?.protocol === 'http:') &&
    url.username === '' &&
    url.password === '' &&
    url.hash === ''
  );
}

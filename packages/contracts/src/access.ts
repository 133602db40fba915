import { z } from 'zod';
import { levels, roles } from './permissions.ts';
import { Email, Id, Instant, Labels, Slug, text } from './primitives.ts';

/** Who acts: a person or a service account. `name` is the e-mail address, or the name of the service account. */
export const AccountRef = z.object({
  id: Id,
  kind: z.enum(['user', 'service-account']),
  name: z.string(),
});
export type AccountRef = z.infer<typeof AccountRef>;

/** Who a binding is for. */
export const Subject = z.object({
  kind: z.enum(['user', 'service-account', 'team']),
  id: Id,
  name: z.string(),
});
export type Subject = z.infer<typeof Subject>;

/** A group of the cluster's own RBAC. Groups of Kubernetes itself and of Postern are never given by name. */
const OwnGroup = text(253)
  .min(1)
  .regex(/^[\x21-\x2b\x2d-\x7e]+$/, 'Printable ASCII without spaces and commas')
  .refine((name) => !/^(?:system|postern):/i.test(name), 'Groups that begin with system: or postern: cannot be given');

/** From a minute to a year, in seconds. */
const Duration = z.number().int().min(60).max(31_536_000);
const Reason = text(500).trim();

/** The access that a binding or a request is about. */
const scope = {
  level: z.enum(levels).nullable(),
  groups: z.array(z.string()),
  /** Empty for all namespaces, and for what is in none. */
  namespaces: z.array(z.string()),
};

/** Access to a cluster, or to all clusters with some labels. */
export const Binding = z.object({
  id: Id,
  subject: Subject,
  /** Null if clusters are chosen by labels. */
  cluster: z.object({ id: Id, name: z.string() }).nullable(),
  /** Labels that a cluster must have, all of them; `{}` means every cluster. Null if one cluster is named. */
  selector: z.record(z.string(), z.string()).nullable(),
  ...scope,
  reason: z.string(),
  createdAt: Instant,
  createdBy: AccountRef,
  /** Null for never. */
  expiresAt: Instant.nullable(),
});
export type Binding = z.infer<typeof Binding>;

const Groups = z.array(OwnGroup).max(32, 'At most 32 groups').default([]);
const Namespaces = z.array(Slug).max(100, 'At most 100 namespaces').default([]);

/** Exactly one of `user`, `team` and `serviceAccount`; `cluster` or `selector`; a level, groups, or both. */
export const GrantAccessRequest = z
  .strictObject({
    user: Email.optional(),
    team: Slug.optional(),
    serviceAccount: Slug.optional(),
    cluster: Slug.optional(),
    selector: Labels.optional(),
    level: z.enum(levels).optional(),
    groups: Groups,
    namespaces: Namespaces,
    /** Without it the access has no end. */
    expiresInSeconds: Duration.optional(),
    reason: Reason.default(''),
  })
  .refine(({ user, team, serviceAccount }) => [user, team, serviceAccount].filter(Boolean).length === 1, {
    path: ['user'],
    message: 'Name one user, one team or one service account',
  })
  .refine(({ cluster, selector }) => (cluster === undefined) !== (selector === undefined), {
    path: ['cluster'],
    message: 'Name one cluster, or labels that select clusters',
  })
  .refine(({ level, groups }) => level !== undefined || groups.length > 0, {
    path: ['level'],
    message: 'Name a level, groups of the cluster, or both',
  });
export type GrantAccessRequest = z.input<typeof GrantAccessRequest>;

export const BindingQuery = z.object({
  /** Name of a cluster: bindings that open it, also by its labels. */
  cluster: Slug.optional(),
  user: Email.optional(),
  team: Slug.optional(),
  serviceAccount: Slug.optional(),
});
export type BindingQuery = z.input<typeof BindingQuery>;

/** What one account may do in a cluster, and why: one entry for the role, and one for each binding. */
export const ClusterAccessEntry = z.object({
  account: AccountRef,
  ...scope,
  /** Its role in the organization, or the binding, perhaps through a team. */
  via: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('role'), role: z.enum(roles) }),
    z.object({
      kind: z.literal('binding'),
      binding: Id,
      team: z.string().nullable(),
      reason: z.string(),
      createdBy: AccountRef,
    }),
  ]),
  expiresAt: Instant.nullable(),
});
export type ClusterAccessEntry = z.infer<typeof ClusterAccessEntry>;

export const ClusterAccessQuery = z.object({
  /** Only what the caller may do. */
  mine: z.stringbool().optional(),
});

/** `pending` until somebody decides, it is cancelled, or a week has passed. */
export const AccessRequestStatus = z.enum(['pending', 'approved', 'denied', 'cancelled', 'expired']);

/** A request for access to a cluster, for some time. */
export const AccessRequest = z.object({
  id: Id,
  account: AccountRef,
  cluster: z.object({ id: Id, name: z.string() }),
  level: z.enum(levels),
  namespaces: z.array(z.string()),
  reason: z.string(),
  durationSeconds: z.number().int(),
  status: AccessRequestStatus,
  /** Taken in an emergency, without an approval. */
  breakGlass: z.boolean(),
  createdAt: Instant,
  decidedAt: Instant.nullable(),
  decidedBy: AccountRef.nullable(),
  /** What the person who decided wrote. */
  note: z.string(),
  /** When the access that was given ends, or ended; null if none was given. */
  accessExpiresAt: Instant.nullable(),
});
export type AccessRequest = z.infer<typeof AccessRequest>;

/** The longest access that can be requested: 30 days. */
const RequestedDuration = z.number().int().min(300).max(2_592_000);

export const RequestAccessRequest = z.strictObject({
  cluster: Slug,
  level: z.enum(levels),
  namespaces: Namespaces,
  reason: Reason.min(1, 'Say what you need it for'),
  durationSeconds: RequestedDuration.default(3_600),
  /** Take the access at once, for at most an hour. Only where the organization allows it; everyone who approves sees it. */
  breakGlass: z.boolean().default(false),
});
export type RequestAccessRequest = z.input<typeof RequestAccessRequest>;

export const AccessRequestQuery = z.object({ status: AccessRequestStatus.optional(), mine: z.stringbool().optional() });
export type AccessRequestQuery = z.input<typeof AccessRequestQuery>;

/** An approval may give less than was asked for, never more. */
export const ApproveAccessRequest = z.strictObject({
  level: z.enum(levels).optional(),
  durationSeconds: RequestedDuration.optional(),
  note: Reason.default(''),
});
export type ApproveAccessRequest = z.input<typeof ApproveAccessRequest>;

export const DenyAccessRequest = z.strictObject({ note: Reason.default('') });
export type DenyAccessRequest = z.input<typeof DenyAccessRequest>;

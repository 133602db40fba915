import { z } from 'zod';
import { AccountRef } from './access.ts';
import { TokenRequest } from './auth.ts';
import { roles } from './permissions.ts';
import { DisplayName, Email, Id, Instant, Password, Slug, text } from './primitives.ts';

const Role = z.enum(roles);

/** A person in an organization. */
export const Member = z.object({
  id: Id,
  email: z.string(),
  role: Role,
  /** Slugs of the teams, sorted. */
  teams: z.array(z.string()),
  joinedAt: Instant,
});
export type Member = z.infer<typeof Member>;

export const UpdateMemberRequest = z.strictObject({ role: Role });
export type UpdateMemberRequest = z.infer<typeof UpdateMemberRequest>;

/** An invitation that has been neither accepted nor revoked. It may have expired. */
export const Invitation = z.object({
  id: Id,
  email: z.string(),
  role: Role,
  teams: z.array(z.string()),
  invitedBy: AccountRef,
  createdAt: Instant,
  expiresAt: Instant,
});
export type Invitation = z.infer<typeof Invitation>;

/** Inviting an address again replaces the earlier invitation, whose link stops working. */
export const InviteRequest = z.strictObject({
  email: Email,
  role: Role.default('member'),
  teams: z.array(Slug).max(50, 'At most 50 teams').default([]),
});
export type InviteRequest = z.input<typeof InviteRequest>;

/**
 * A new invitation. `link` is shown only here; its secret is in the fragment, which no server or log sees. Where e-mail is sent,
 * the invited address gets a link of its own, which proves the address.
 */
export const CreatedInvitation = z.object({
  invitation: Invitation,
  link: z.string(),
  /** Whether the mail server accepted the message; null if this Postern sends no e-mail. */
  mailed: z.boolean().nullable(),
});
export type CreatedInvitation = z.infer<typeof CreatedInvitation>;

/** The secret of an invitation, from the fragment of its link. */
const InvitationSecret = text(200).min(1);
export const InvitationClaim = z.strictObject({ secret: InvitationSecret });
export type InvitationClaim = z.infer<typeof InvitationClaim>;

/** A new account for the invited address, which is a member of the inviting organization and has none of its own. */
export const InvitedSignUpRequest = z.strictObject({
  secret: InvitationSecret,
  password: Password,
  name: DisplayName.optional(),
  token: TokenRequest.optional(),
});
export type InvitedSignUpRequest = z.infer<typeof InvitedSignUpRequest>;

/** What an invitation is for, as whoever has its link sees it. */
export const InvitationView = z.object({
  organization: z.object({ name: z.string(), slug: Slug }),
  email: z.string(),
  role: Role,
  invitedBy: z.string(),
  expiresAt: Instant,
  /** Whether the address has an account, with which to sign in. */
  hasAccount: z.boolean(),
  /** Whether this link proves the address: it was sent there. Where e-mail is sent, no other link makes an account. */
  provesAddress: z.boolean(),
  /** Whether this Postern sends e-mail. */
  sendsEmail: z.boolean(),
});
export type InvitationView = z.infer<typeof InvitationView>;

/** A group of accounts of an organization. In clusters it is the group `postern:team:<slug>`. */
export const Team = z.object({
  id: Id,
  slug: Slug,
  name: z.string(),
  createdAt: Instant,
  members: z.array(AccountRef),
});
export type Team = z.infer<typeof Team>;

/** `slug` is made from the name if it is left out. */
export const CreateTeamRequest = z.strictObject({ name: DisplayName, slug: Slug.optional() });
export type CreateTeamRequest = z.infer<typeof CreateTeamRequest>;

export const UpdateTeamRequest = z.strictObject({ name: DisplayName });
export type UpdateTeamRequest = z.infer<typeof UpdateTeamRequest>;

/** Exactly one of the two. */
export const AddTeamMemberRequest = z
  .strictObject({ user: Email.optional(), serviceAccount: Slug.optional() })
  .refine(({ user, serviceAccount }) => (user === undefined) !== (serviceAccount === undefined), {
    path: ['user'],
    message: 'Name one user or one service account',
  });
export type AddTeamMemberRequest = z.infer<typeof AddTeamMemberRequest>;

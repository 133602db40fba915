import type { InvitedSignUpRequest } from '@postern/contracts';
import type { SignInLimits } from '../accounts/sign-in-limits.ts';
import type { SignIns, SigningIn } from '../accounts/sign-ins.ts';
import { type Database, isDuplicate } from '../database/database.ts';
import type { Prisma } from '../generated/prisma/client.ts';
import { ApiError } from '../http/api-error.ts';
import type { Credentials } from '../identity/credentials.ts';
import type { Passwords } from '../identity/passwords.ts';
import type { Principal } from '../identity/principal.ts';
import type { Limits } from '../limits/limits.ts';
import type { AccountMail } from '../mail/account-mail.ts';
import { addMember, type MemberRows } from '../organizations/memberships.ts';
import { claimInvitation, type InvitationClaim, invitationGone } from './invitation-claim.ts';

/** What `Joining` depends on. */
interface Dependencies {
  database: Database;
  credentials: Credentials;
  passwords: Passwords;
  limits: Limits;
  signIns: Pick<SignIns, 'begin'>;
  signInLimits: Pick<SignInLimits, 'beforeSignUp'>;
  mail: Pick<AccountMail, 'isConfigured'>;
}

/** What joining needs of a transaction: of the organization, or of a sign-up, which makes the account too. */
interface JoiningRows extends MemberRows {
  invitation: { updateMany(asked: Prisma.InvitationUpdateManyArgs): Promise<{ count: number }> };
  team: { findMany(asked: { where: Prisma.TeamWhereInput; select: { id: true } }): Promise<{ id: string }[]> };
  teamMember: { createMany(asked: Prisma.TeamMemberCreateManyArgs): Promise<unknown> };
}

/**
 * Becoming a member by an invitation. Where e-mail is sent, only somebody with a proof of the address can: the link that was sent
 * there, or an account whose address is verified. The link that is shown to whoever invites proves nothing (ADR 23).
 */
export class Joining {
  readonly #dependencies: Dependencies;

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  /**
   * Makes the caller a member, with the role and the teams of the invitation.
   * @throws {ApiError} `gone`; `forbidden`: it is for another address, or the address is not proved; `conflict`: they are a member
   *   already; `limit-reached`.
   */
  async accept(principal: Principal, secret: string): Promise<InvitationClaim['organization']> {
    const { database, limits, credentials } = this.#dependencies;
    const claim = await claimInvitation(database, secret);
    const { invitation, organization } = claim;
    const { organizationId, email } = invitation;
    const { userId } = principal;
    if (principal.username !== email)
      throw new ApiError(
        'forbidden',
        `This invitation is for ${email}, and you are signed in as ${principal.username}. Sign in with the invited address.`,
        { about: { organizationId } },
      );
    if (principal.memberships.some((membership) => membership.organizationId === organizationId)) throw isMember(email);
    await this.#requireProof(claim, userId);
    await database.transaction(organizationId, (transaction) => join(transaction, limits, { invitation, userId }));
    if (claim.isMailed) await this.#verify(userId, email);
    credentials.revoked(userId);
    return organization;
  }

  /**
   * Makes an account for the invited address, which becomes a member and has no organization of its own, and signs in.
   * @throws {ApiError} `gone`; `forbidden`: the link does not prove the address; `conflict`: the address has an account;
   *   `limit-reached`; `rate-limited`.
   */
  async signUp({ secret, password, name, token }: InvitedSignUpRequest, client: SigningIn) {
    const { database, limits, passwords, signIns, signInLimits, mail } = this.#dependencies;
    signInLimits.beforeSignUp(client.address);
    const { invitation, isMailed } = await claimInvitation(database, secret);
    const { email } = invitation;
    if (mail.isConfigured && !isMailed)
      throw new ApiError(
        'forbidden',
        `Open the link that was sent to ${email}: only that link makes an account. Whoever invited you can send it again.`,
        { about: { organizationId: invitation.organizationId } },
      );
    const passwordHash = await passwords.hash(password);
    const emailVerifiedAt = isMailed ? new Date() : null;
    const user = await database.acrossOrganizations
      .$transaction(async (transaction) => {
        const made = await transaction.user.create({
          data: { email, passwordHash, name: name ?? null, emailVerifiedAt },
        });
        await join(transaction, limits, { invitation, userId: made.id });
        return { ...made, email };
      })
      .catch((error: unknown) => {
        if (isDuplicate(error)) throw new ApiError('conflict', `${email} has an account already. Sign in to join.`);
        throw error;
      });
    return signIns.begin(user, { token, client, hasSecondFactor: false });
  }

  /** @throws {ApiError} `forbidden`. */
  async #requireProof({ invitation, isMailed }: InvitationClaim, userId: string): Promise<void> {
    if (isMailed || !this.#dependencies.mail.isConfigured) return;
    const user = await this.#dependencies.database.acrossOrganizations.user.findUniqueOrThrow({
      where: { id: userId },
      select: { emailVerifiedAt: true },
    });
    if (user.emailVerifiedAt === null)
      throw new ApiError(
        'forbidden',
        `Your address is not verified. Open the link that was sent to ${invitation.email}, or verify your address first.`,
        { about: { organizationId: invitation.organizationId } },
      );
  }

  async #verify(userId: string, email: string): Promise<void> {
    await this.#dependencies.database.acrossOrganizations.user.updateMany({
      where: { id: userId, email, emailVerifiedAt: null },
      data: { emailVerifiedAt: new Date() },
    });
  }
}

/** Uses an invitation up. @throws {ApiError} `gone`, `limit-reached`. */
async function join(
  transaction: JoiningRows,
  limits: Limits,
  { invitation, userId }: Pick<InvitationClaim, 'invitation'> & { userId: string },
): Promise<void> {
  const { id, organizationId, role, teams: slugs } = invitation;
  // This statement decides which of several simultaneous calls is first.
  const { count } = await transaction.invitation.updateMany({
    where: { id, organizationId, acceptedAt: null, revokedAt: null, expiresAt: { gt: new Date() } },
    data: { acceptedAt: new Date() },
  });
  if (count === 0) throw invitationGone();
  await addMember(transaction, limits, { organizationId, userId, role });
  const teams = await transaction.team.findMany({
    where: { organizationId, slug: { in: slugs } },
    select: { id: true },
  });
  const data = teams.map(({ id: teamId }) => ({ organizationId, teamId, userId }));
  if (data.length > 0) await transaction.teamMember.createMany({ data });
}

export function isMember(email: string): ApiError {
  return new ApiError('conflict', `${email} is a member of this organization already.`);
}

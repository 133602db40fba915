import type { CreatedInvitation, Invitation, InvitationView, InviteRequest } from '@postern/contracts';
import type { z } from 'zod';
import { accountRefs } from '../bindings/account-refs.ts';
import type { Database, ScopedClient } from '../database/database.ts';
import { inTurn } from '../database/in-turn.ts';
import type { InvitationModel } from '../generated/prisma/models.ts';
import { ApiError, notFound, rateLimited } from '../http/api-error.ts';
import { makeSecret } from '../identity/bearer-secret.ts';
import type { Limits } from '../limits/limits.ts';
import type { AccountMail } from '../mail/account-mail.ts';
import { claimInvitation } from './invitation-claim.ts';
import { isMember } from './joining.ts';
import { requireRankFor } from './may-manage.ts';
import type { Manager } from './members.ts';

/** How long an invitation can be accepted, in milliseconds. */
const lifetimeMs = 7 * 86_400_000;

export interface InvitationsDependencies {
  database: Database;
  limits: Limits;
  mail: Pick<AccountMail, 'isConfigured' | 'invitation'>;
  publicOrigin: string;
}

/** Invitations to become a member: for one e-mail address, once. */
export class Invitations {
  readonly #dependencies: InvitationsDependencies;

  constructor(dependencies: InvitationsDependencies) {
    this.#dependencies = dependencies;
  }

  /** Newest first; expired ones too, until they are revoked or replaced. */
  async list(organizationId: string): Promise<Invitation[]> {
    const rows = await this.#dependencies.database.scoped.invitation.findMany({
      where: { organizationId, acceptedAt: null, revokedAt: null },
      orderBy: { id: 'desc' },
    });
    return this.#show(organizationId, rows);
  }

  /**
   * Makes an invitation and sends it, if e-mail is sent; an earlier one for the address is revoked.
   * @throws {ApiError} `forbidden`: only owners invite owners; `conflict`: the address is a member's; `invalid-request`: there is
   *   no such team; `limit-reached`; `rate-limited`: too much e-mail.
   */
  async invite(by: Manager, { email, role, teams }: z.output<typeof InviteRequest>): Promise<CreatedInvitation> {
    const { organizationId } = by;
    requireRankFor(by.role, [role]);
    const { database, limits, mail } = this.#dependencies;
    if (mail.isConfigured) this.#countEmail(by, email);
    const shown = makeSecret();
    const mailed = mail.isConfigured ? makeSecret() : null;
    const row = await database.transaction(organizationId, async (transaction) => {
      await inTurn(transaction, `members ${organizationId}`);
      await this.#refuseMember(transaction, organizationId, email);
      await this.#requireTeams(transaction, organizationId, teams);
      const open = { organizationId, acceptedAt: null, revokedAt: null };
      await transaction.invitation.updateMany({ where: { ...open, email }, data: { revokedAt: new Date() } });
      const waiting = await transaction.invitation.count({ where: open });
      if (!limits.allows('membersPerOrganization', waiting))
        throw new ApiError('limit-reached', `${waiting} invitations are open. Revoke those that nobody will accept.`);
      return transaction.invitation.create({
        data: {
          organizationId,
          email,
          role,
          teams: [...new Set(teams)],
          secretHash: shown.hash,
          mailedSecretHash: mailed?.hash ?? null,
          invitedById: by.userId,
          expiresAt: new Date(Date.now() + lifetimeMs),
        },
      });
    });
    const [invitation] = await this.#show(organizationId, [row]);
    if (invitation === undefined) throw new Error('an invitation that was just made is missing');
    // In the fragment, which browsers send to no server.
    const linkOf = ({ text }: typeof shown) =>
      `${this.#dependencies.publicOrigin}/join#${text('postern_invite', row.id)}`;
    return {
      invitation,
      link: linkOf(shown),
      mailed: mailed && (await this.#send(invitation, { organizationId, link: linkOf(mailed) })),
    };
  }

  /** Replaces an open invitation by a new one, with the teams that still exist. @throws {ApiError} `not-found`, and as `invite`. */
  async resend(by: Manager, id: string): Promise<CreatedInvitation> {
    const { organizationId } = by;
    const { scoped } = this.#dependencies.database;
    const open = await scoped.invitation.findFirst({
      where: { id, organizationId, acceptedAt: null, revokedAt: null },
    });
    if (open === null) throw notFound();
    const teams = await scoped.team.findMany({ where: { organizationId, slug: { in: open.teams } } });
    return this.invite(by, { email: open.email, role: open.role, teams: teams.map(({ slug }) => slug) });
  }

  /** @returns false if there is none, or it has been accepted or revoked. */
  async revoke(organizationId: string, id: string): Promise<boolean> {
    const { count } = await this.#dependencies.database.scoped.invitation.updateMany({
      where: { id, organizationId, acceptedAt: null, revokedAt: null },
      data: { revokedAt: new Date() },
    });
    return count > 0;
  }

  /** @throws {ApiError} `gone`: the secret is wrong, or the invitation was accepted, revoked or has expired. */
  async read(secret: string): Promise<InvitationView> {
    const { invitation, organization, isMailed } = await claimInvitation(this.#dependencies.database, secret);
    const [nameOf, account] = await Promise.all([
      accountRefs(this.#dependencies.database, invitation.organizationId, [invitation.invitedById]),
      this.#dependencies.database.acrossOrganizations.user.findUnique({
        where: { email: invitation.email },
        select: { id: true },
      }),
    ]);
    return {
      organization: { name: organization.name, slug: organization.slug },
      email: invitation.email,
      role: invitation.role,
      invitedBy: nameOf(invitation.invitedById).name,
      expiresAt: invitation.expiresAt.toISOString(),
      hasAccount: account !== null,
      provesAddress: isMailed,
      sendsEmail: this.#dependencies.mail.isConfigured,
    };
  }

  /** False if the mail server did not accept it: the invitation stays, and can be sent again. */
  async #send(invitation: Invitation, { organizationId, link }: { organizationId: string; link: string }) {
    const { database, mail } = this.#dependencies;
    const { name } = await database.scoped.organization.findUniqueOrThrow({ where: { id: organizationId } });
    const { email, role, invitedBy } = invitation;
    return mail.invitation(email, { link, role, invitedBy: invitedBy.name, organization: name });
  }

  /** @throws {ApiError} `rate-limited`. */
  #countEmail({ organizationId, userId }: Manager, email: string): void {
    const { limits } = this.#dependencies;
    const seconds =
      limits.take('invitationsPerRecipient', `${organizationId} ${email}`) ||
      limits.take('invitationEmailsPerUser', userId);
    if (seconds > 0) throw rateLimited(seconds, 'Too many invitations.');
  }

  async #refuseMember(
    transaction: Pick<ScopedClient, 'membership'>,
    organizationId: string,
    email: string,
  ): Promise<void> {
    const found = await transaction.membership.findFirst({ where: { organizationId, user: { email } } });
    if (found !== null) throw isMember(email);
  }

  async #requireTeams(
    transaction: Pick<ScopedClient, 'team'>,
    organizationId: string,
    slugs: readonly string[],
  ): Promise<void> {
    const found = await transaction.team.findMany({ where: { organizationId, slug: { in: [...slugs] } } });
    const missing = slugs.find((slug) => !found.some((team) => team.slug === slug));
    if (missing === undefined) return;
    const message = `There is no team ${missing} in this organization.`;
    throw new ApiError('invalid-request', message, { fields: [{ path: 'teams', message }] });
  }

  async #show(
    organizationId: string,
    rows: readonly Omit<InvitationModel, 'secretHash' | 'mailedSecretHash'>[],
  ): Promise<Invitation[]> {
    const nameOf = await accountRefs(
      this.#dependencies.database,
      organizationId,
      rows.map(({ invitedById }) => invitedById),
    );
    return rows.map(({ id, email, role, teams, invitedById, createdAt, expiresAt }) => ({
      id,
      email,
      role,
      teams,
      invitedBy: nameOf(invitedById),
      createdAt: createdAt.toISOString(),
      expiresAt: expiresAt.toISOString(),
    }));
  }
}

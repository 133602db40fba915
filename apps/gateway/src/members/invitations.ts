import type { CreatedInvitation, Invitation, InvitationView, InviteRequest } from '@postern/contracts';
import type { Logger } from 'pino';
import type { z } from 'zod';
import { accountRefs } from '../bindings/account-refs.ts';
import type { Database, ScopedClient } from '../database/database.ts';
import { inTurn } from '../database/in-turn.ts';
import type { InvitationModel } from '../generated/prisma/models.ts';
import { ApiError } from '../http/api-error.ts';
import { isSecretOf, makeSecret, readBearerSecret } from '../identity/bearer-secret.ts';
import type { Credentials } from '../identity/credentials.ts';
import type { Principal } from '../identity/principal.ts';
import type { Limits } from '../limits/limits.ts';
import { addMember } from '../organizations/memberships.ts';
import { requireRankFor } from './may-manage.ts';
import type { Manager } from './members.ts';

/** How long an invitation can be accepted, in milliseconds. */
const lifetimeMs = 7 * 86_400_000;

export interface InvitationsDependencies {
  database: Database;
  credentials: Credentials;
  limits: Limits;
  logger: Logger;
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
   * Makes an invitation; an earlier one for the address is revoked.
   * @throws {ApiError} `forbidden`: only owners invite owners; `conflict`: the address is a member's; `invalid-request`: there is
   *   no such team; `limit-reached`.
   */
  async invite(
    by: Manager,
    { email, role, teams }: z.output<typeof InviteRequest>,
  ): Promise<CreatedInvitation & { email: string }> {
    const { organizationId } = by;
    requireRankFor(by.role, [role]);
    const { hash, text } = makeSecret();
    const { database, limits, publicOrigin } = this.#dependencies;
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
          secretHash: hash,
          invitedById: by.userId,
          expiresAt: new Date(Date.now() + lifetimeMs),
        },
      });
    });
    const [invitation] = await this.#show(organizationId, [row]);
    if (invitation === undefined) throw new Error('an invitation that was just made is missing');
    // In the fragment, which browsers send to no server.
    return { email, invitation, link: `${publicOrigin}/join#${text('postern_invite', row.id)}` };
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
    const { invitation, organization } = await this.#claim(secret);
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
    };
  }

  /**
   * Makes the caller a member, with the role and the teams of the invitation.
   * @throws {ApiError} `gone` as `read`; `forbidden`: it is for another address; `conflict`: they are a member already;
   *   `limit-reached`.
   */
  async accept(principal: Principal, secret: string): Promise<{ id: string; name: string; slug: string }> {
    const { invitation, organization } = await this.#claim(secret);
    const { id, organizationId, email, role } = invitation;
    const { userId } = principal;
    if (principal.username !== email)
      throw new ApiError(
        'forbidden',
        `This invitation is for ${email}, and you are signed in as ${principal.username}. Sign in with the invited address.`,
      );
    if (principal.memberships.some((membership) => membership.organizationId === organizationId)) throw isMember(email);
    const { database, limits, credentials } = this.#dependencies;
    await database.transaction(organizationId, async (transaction) => {
      // This statement decides which of several simultaneous calls is first.
      const { count } = await transaction.invitation.updateMany({
        where: { id, organizationId, acceptedAt: null, revokedAt: null, expiresAt: { gt: new Date() } },
        data: { acceptedAt: new Date() },
      });
      if (count === 0) throw gone();
      await addMember(transaction, limits, { organizationId, userId, role });
      const teams = await transaction.team.findMany({ where: { organizationId, slug: { in: invitation.teams } } });
      const data = teams.map(({ id: teamId }) => ({ organizationId, teamId, userId }));
      if (data.length > 0) await transaction.teamMember.createMany({ data });
    });
    credentials.revoked(userId);
    return { id: organization.id, name: organization.name, slug: organization.slug };
  }

  /** The open invitation of a secret. The secret determines the organization, so it is looked up before that is known. */
  async #claim(text: string) {
    const shown = readBearerSecret('postern_invite', text);
    if (shown === null) throw gone();
    const row = await this.#dependencies.database.acrossOrganizations.invitation.findUnique({
      where: { id: shown.id, organization: { deletedAt: null } },
      include: { organization: true },
    });
    if (row === null || !isSecretOf(shown.secret, row.secretHash)) throw gone();
    if (row.acceptedAt !== null || row.revokedAt !== null || row.expiresAt <= new Date()) throw gone();
    const { organization, ...invitation } = row;
    return { invitation, organization };
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

  async #show(organizationId: string, rows: readonly Omit<InvitationModel, 'secretHash'>[]): Promise<Invitation[]> {
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

/** The same for every reason, so that nobody learns from it. */
function gone(): ApiError {
  return new ApiError(
    'gone',
    'This invitation does not exist any more: it was accepted, replaced or revoked, or it has expired. Ask for a new one.',
  );
}

function isMember(email: string): ApiError {
  return new ApiError('conflict', `${email} is a member of this organization already.`);
}

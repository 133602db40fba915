import type { Database } from '../database/database.ts';
import type { InvitationModel, OrganizationModel } from '../generated/prisma/models.ts';
import { ApiError } from '../http/api-error.ts';
import { isSecretOf, readBearerSecret } from '../identity/bearer-secret.ts';

/** An open invitation, shown with a secret of it. */
export interface InvitationClaim {
  invitation: Omit<InvitationModel, 'secretHash' | 'mailedSecretHash'>;
  organization: Pick<OrganizationModel, 'id' | 'name' | 'slug'>;
  /** Whether the secret is the one that was sent to the address, which nobody else was shown. */
  isMailed: boolean;
}

/**
 * The open invitation of a secret. The secret determines the organization, so it is looked up before that is known.
 * @throws {ApiError} `gone`: the secret is wrong, or the invitation was accepted, revoked or has expired.
 */
export async function claimInvitation({ acrossOrganizations }: Database, text: string): Promise<InvitationClaim> {
  const shown = readBearerSecret('postern_invite', text);
  if (shown === null) throw invitationGone();
  const row = await acrossOrganizations.invitation.findUnique({
    where: { id: shown.id, organization: { deletedAt: null } },
    include: { organization: true },
  });
  if (row === null) throw invitationGone();
  const { organization, secretHash, mailedSecretHash, ...invitation } = row;
  const isMailed = mailedSecretHash !== null && isSecretOf(shown.secret, mailedSecretHash);
  if (!isMailed && !isSecretOf(shown.secret, secretHash)) throw invitationGone();
  const { acceptedAt, revokedAt, expiresAt } = invitation;
  if (acceptedAt !== null || revokedAt !== null || expiresAt <= new Date()) throw invitationGone();
  return { invitation, organization, isMailed };
}

/** The same for every reason, so that nobody learns from it. */
export function invitationGone(): ApiError {
  return new ApiError(
    'gone',
    'This invitation does not exist any more: it was accepted, replaced or revoked, or it has expired. Ask for a new one.',
  );
}

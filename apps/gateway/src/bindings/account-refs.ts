import type { AccountRef } from '@postern/contracts';
import type { Database } from '../database/database.ts';
import { type NamedAccount, named } from '../identity/username.ts';

/** What to select of an account to show who it is. */
export const shownAccount = { select: { id: true, kind: true, ...named } } as const;

/** An account as people see it. */
export function accountRef({ id, email, serviceAccount }: NamedAccount & { id: string }): AccountRef {
  return email === null
    ? { id, kind: 'service-account', name: serviceAccount?.name ?? '' }
    : { id, kind: 'user', name: email };
}

/** The accounts with these ids, also of people who are no longer members. */
export async function accountRefs(
  database: Pick<Database, 'transaction'>,
  organizationId: string,
  ids: Iterable<string | null>,
): Promise<(id: string) => AccountRef> {
  const wanted = [...new Set(ids)].filter((id) => id !== null);
  const rows =
    wanted.length === 0
      ? []
      : await database.transaction(organizationId, ({ user }) =>
          user.findMany({ where: { id: { in: wanted } }, ...shownAccount }),
        );
  const known = new Map(rows.map((row) => [row.id, accountRef(row)]));
  return (id) => known.get(id) ?? { id, kind: 'user', name: 'unknown' };
}

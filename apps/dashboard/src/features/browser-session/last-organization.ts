import type { Me } from '@postern/contracts';
import { href } from '#components/href.ts';
import { readStored, writeStored } from '#components/stored.ts';

const KEY = 'postern.organization';

/** Stores the most recently visited organization in this browser. */
export function rememberOrganization(slug: string): void {
  writeStored(KEY, slug);
}

/** The path of the most recently visited organization, if the person is still a member, otherwise of their first. */
export function homeOf(me: Me): string | null {
  const last = readStored(KEY);
  const organization = me.organizations.find(({ slug }) => slug === last) ?? me.organizations[0];
  return organization === undefined ? null : href`/${organization.slug}`;
}

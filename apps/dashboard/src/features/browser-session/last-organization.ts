import type { Me } from '@postern/contracts';
import { href } from '#components/href.ts';
import { readStored, writeStored } from '#components/stored.ts';

const KEY = 'postern.organization';

/** Remembers the organization this browser looked at last. */
export function rememberOrganization(slug: string): void {
  writeStored(KEY, slug);
}

/** The path of the organization looked at last, if the person still belongs to it, else of their first. */
export function homeOf(me: Me): string | null {
  const last = readStored(KEY);
  const organization = me.organizations.find(({ slug }) => slug === last) ?? me.organizations[0];
  return organization === undefined ? null : href`/${organization.slug}`;
}

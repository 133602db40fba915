import type { Me } from '@postern/contracts';

const KEY = 'postern.organization';

/** Remembers the organization this browser looked at last. */
export function rememberOrganization(slug: string): void {
  try {
    localStorage.setItem(KEY, slug);
  } catch {
    // Storage may be forbidden; then the first organization is as good.
  }
}

/** The path of the organization looked at last, if the person still belongs to it, else of their first. */
export function homeOf(me: Me): string | null {
  let last: string | null = null;
  try {
    last = localStorage.getItem(KEY);
  } catch {
    // As above.
  }
  const organization = me.organizations.find(({ slug }) => slug === last) ?? me.organizations[0];
  return organization === undefined ? null : `/${organization.slug}`;
}

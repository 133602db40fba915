import { randomBytes } from 'node:crypto';

/** First path segments in use by Postern: the dashboard could not reach an organization with such a slug. */
const taken: ReadonlySet<string> = new Set(
  'api k8s tunnel socket-io healthz readyz install-yaml join sign-in sign-up sign-out login logout signup docs gallery account settings admin new _next static assets favicon-ico robots-txt'.split(
    ' ',
  ),
);

/** A DNS label for an organization's name: at most 40 characters, so that there is room for a number. */
export function slugOf(name: string): string {
  const slug = name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/\p{M}+/gu, '')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 40)
    .replaceAll(/^-+|-+$/g, '');
  if (slug === '') return 'organization';
  return taken.has(slug) ? `${slug}-org` : slug;
}

/** The slug itself, or the first of `slug-2` … `slug-9` that is free, or one with random letters. */
export function freeSlug(slug: string, isTaken: ReadonlySet<string>): string {
  const numbered = [slug, ...Array.from({ length: 8 }, (_, index) => `${slug}-${index + 2}`)];
  return numbered.find((candidate) => !isTaken.has(candidate)) ?? `${slug}-${randomBytes(4).toString('hex')}`;
}

/**
 * The secret of the link that opened this page: the fragment of its address, which browsers send to nobody.
 * @throws Error with a sentence for people if there is none.
 */
export function linkSecret(): string {
  const secret = window.location.hash.slice(1);
  if (!/^[\w-]{43}$/.test(secret))
    throw new Error('This link is incomplete. Open it again from the e-mail, or copy all of it.');
  return secret;
}

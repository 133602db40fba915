/** What Postern's secrets, and those of what it stands on, look like in the middle of a text. */
const secrets = [
  // API tokens, join tokens; identity/bearer-secret.ts.
  /\bpostern(?:_join)?_[\w-]{16,}/g,
  // JSON web tokens: the cookies of a session, and service accounts.
  /\beyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?/g,
  /\b(?:Bearer|Basic)\s+[\w.~+/=-]{8,}/gi,
  /(__(?:Host|Secure)-postern_\w+)=[^;\s"']+/g,
  // A password hash, and a key.
  /\$argon2\w*\$[^\s"']+/g,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  // Name and password of a URL, such as the database's.
  /(?<=:\/\/)[^\s/@"']+(?=@)/g,
];

/** A text for the log, with `[secret]` where something looks like a secret. At most `longest` characters of it. */
export function withoutSecrets(text: string, longest = 8_192): string {
  return secrets.reduce((clean, pattern) => clean.replace(pattern, '[secret]'), text.slice(0, longest));
}

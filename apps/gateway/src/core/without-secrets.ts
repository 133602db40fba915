/** Patterns of secrets of Postern and its dependencies within a text. */
const secrets = [
  // API tokens, join tokens; identity/bearer-secret.ts.
  /\bpostern(?:_join)?_[\w-]{16,}/g,
  // JSON Web Tokens: cookies of browser sessions, and tokens of service accounts.
  /\beyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?/g,
  /\b(?:Bearer|Basic)\s+[\w.~+/=-]{8,}/gi,
  /(__(?:Host|Secure)-postern_\w+)=[^;\s"']+/g,
  // Password hashes and keys.
  /\$argon2\w*\$[^\s"']+/g,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  // User and password in a URL, such as the database's.
  /(?<=:\/\/)[^\s/@"']+(?=@)/g,
];

/** A text for the log, with `[secret]` in place of anything that looks like a secret; at most `longest` characters. */
export function withoutSecrets(text: string, longest = 8_192): string {
  return secrets.reduce((clean, pattern) => clean.replace(pattern, '[secret]'), text.slice(0, longest));
}

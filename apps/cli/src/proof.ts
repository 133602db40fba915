/** What somebody typed as a proof of their second factor: six digits are a code of an app, anything else is a recovery code. */
export function proofOf(typed: string): { code: string } | { recoveryCode: string } {
  const text = typed.trim();
  return /^\d{3} ?\d{3}$/.test(text) ? { code: text } : { recoveryCode: text };
}

/** Something the person at the terminal can mend; `message` is one sentence. Everything else is a bug. */
export class UserError extends Error {
  override readonly name = 'UserError';
}

/** An error that the user can fix, with a message for them. Any other error is a bug. */
export class UserError extends Error {
  override readonly name = 'UserError';
}

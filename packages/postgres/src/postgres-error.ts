/** The database cannot be started; `message` tells people what to do. */
export class PostgresError extends Error {
  override readonly name = 'PostgresError';
}

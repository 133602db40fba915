/** A database that cannot be had; `message` is a sentence for people that says what to do. */
export class PostgresError extends Error {
  override readonly name = 'PostgresError';
}

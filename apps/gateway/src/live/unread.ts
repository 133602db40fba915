/** Limits on bytes that wait for browsers that do not read, or read too slowly. */
export const unreadLimits = {
  /** Above this, a connection's terminals stop reading from their clusters, and lists are not sent. */
  hold: 256 * 1024,
  /** Above this, a connection is cut off. Terminals alone cannot reach it: each sends at most one chunk beyond `hold`. */
  connection: 4 * 1024 * 1024,
  /** Above this, in total for one person, a connection that holds more than its share is cut off. */
  person: 16 * 1024 * 1024,
};

/** A connection, as counted here. */
interface Reader {
  unread(): number;
}

/** Adds up the waiting bytes of each person's connections. */
export class Unread {
  readonly #byPerson = new Map<string, Set<Reader>>();

  /** @returns a function to call when the connection has ended. */
  add(userId: string, reader: Reader): () => void {
    const readers = this.#byPerson.get(userId) ?? new Set();
    readers.add(reader);
    this.#byPerson.set(userId, readers);
    return () => {
      readers.delete(reader);
      if (readers.size === 0 && this.#byPerson.get(userId) === readers) this.#byPerson.delete(userId);
    };
  }

  /** Whether a connection holds too many waiting bytes. */
  isTooMuch(userId: string, reader: Reader): boolean {
    const own = reader.unread();
    if (own > unreadLimits.connection) return true;
    if (own <= unreadLimits.hold) return false;
    let sum = 0;
    for (const other of this.#byPerson.get(userId) ?? []) sum += other.unread();
    return sum > unreadLimits.person;
  }
}

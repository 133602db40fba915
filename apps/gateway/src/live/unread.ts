/** Bytes that wait for browsers that do not read them, or not as fast as they come. */
export const unreadLimits = {
  /** Above this a connection's terminals stop reading from their clusters, and lists are not sent. */
  hold: 256 * 1024,
  /** Above this a connection is cut off. Terminals cannot fill it by themselves: each sends at most one chunk after the above. */
  connection: 4 * 1024 * 1024,
  /** Above this, of all connections of one person together, one of them that holds more than its share is cut off. */
  person: 16 * 1024 * 1024,
};

/** A connection's part in this. */
interface Reader {
  unread(): number;
}

/** Adds up what waits for the connections of each person. */
export class Unread {
  readonly #byPerson = new Map<string, Set<Reader>>();

  /** @returns call it when the connection has ended. */
  add(userId: string, reader: Reader): () => void {
    const readers = this.#byPerson.get(userId) ?? new Set();
    readers.add(reader);
    this.#byPerson.set(userId, readers);
    return () => {
      readers.delete(reader);
      if (readers.size === 0 && this.#byPerson.get(userId) === readers) this.#byPerson.delete(userId);
    };
  }

  /** Whether a connection holds more than it may. */
  isTooMuch(userId: string, reader: Reader): boolean {
    const own = reader.unread();
    if (own > unreadLimits.connection) return true;
    if (own <= unreadLimits.hold) return false;
    let sum = 0;
    for (const other of this.#byPerson.get(userId) ?? []) sum += other.unread();
    return sum > unreadLimits.person;
  }
}

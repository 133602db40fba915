/** A connection that sends cases one after another and knows how many of them the gateway has read. */
export interface Lane<Case> {
  /**
   * Sends cases until all are read or the connection is over.
   * @returns how many were read, including the one that ended the connection: at least 1.
   */
  send(cases: readonly Case[]): Promise<number>;
  /** True when nothing more can be sent. */
  readonly isOver: boolean;
  close(): void;
}

/** Sends all cases over several connections in parallel; a connection that a case ended is replaced. */
export async function sendOver<Case>(
  cases: readonly Case[],
  options: { connect: () => Promise<Lane<Case>>; lanes: number; chunk: number },
): Promise<void> {
  let next = 0;
  const work = async (): Promise<void> => {
    let lane: Lane<Case> | undefined;
    try {
      while (next < cases.length) {
        let chunk = cases.slice(next, next + options.chunk);
        next += chunk.length;
        while (chunk.length > 0) {
          if (lane === undefined || lane.isOver) lane = await options.connect();
          chunk = chunk.slice(await lane.send(chunk));
        }
      }
    } finally {
      lane?.close();
    }
  };
  await Promise.all(Array.from({ length: options.lanes }, work));
}

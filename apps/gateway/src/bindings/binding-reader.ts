import type { LRUCache } from 'lru-cache';
import { boundedCache } from '../core/bounded-cache.ts';
import type { Database } from '../database/database.ts';
import type { BindingModel } from '../generated/prisma/models.ts';
import type { BindingRule } from './decide-access.ts';

/** How long bindings are cached, in milliseconds. Together with the interval of `Revalidation` (4 s) it must not exceed 5 s. */
const cacheTtlMs = 900;

/** An account in an organization. */
export interface Account {
  organizationId: string;
  userId: string;
}

type Answer = Promise<readonly BindingRule[]>;

/** The bindings of accounts, as the decision on every request needs them. */
export class BindingReader {
  readonly #database: Database;
  readonly #known: LRUCache<string, Answer> = boundedCache<string, Answer>(20_000, { ttl: cacheTtlMs });

  constructor(database: Database) {
    this.#database = database;
  }

  /** The bindings of an account and its teams that have not been revoked; expired ones may be among them. */
  of({ organizationId, userId }: Account): Answer {
    const key = `${organizationId} ${userId}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const answer = this.#read({ organizationId, userId });
    this.#known.set(key, answer);
    answer.catch(() => {
      if (this.#known.peek(key) === answer) this.#known.delete(key);
    });
    return answer;
  }

  /** Call when bindings of an organization have changed: the next look-up reads them again. */
  forget(organizationId: string): void {
    for (const key of [...this.#known.keys()]) if (key.startsWith(`${organizationId} `)) this.#known.delete(key);
  }

  async #read({ organizationId, userId }: Account): Promise<BindingRule[]> {
    const rows = await this.#database.scoped.binding.findMany({
      where: {
        organizationId,
        revokedAt: null,
        AND: [
          { OR: [{ userId }, { team: { members: { some: { userId } } } }] },
          { OR: [{ expiresAt: null }, { expiresAt: { gt: new Date() } }] },
        ],
      },
      include: { team: { select: { slug: true } } },
      orderBy: { id: 'asc' },
    });
    return rows.map(ruleOf);
  }
}

function ruleOf(row: BindingModel & { team: { slug: string } | null }): BindingRule {
  const { id, level, groups, namespaces, expiresAt } = row;
  return {
    id,
    team: row.team?.slug ?? null,
    cluster: row.clusterId ?? selectorOf(row),
    level,
    groups,
    namespaces,
    expiresAt,
  };
}

/** The labels of a selector. @throws Error if the row has neither a cluster nor a selector, which the database excludes. */
export function selectorOf({ clusterSelector }: Pick<BindingModel, 'clusterSelector'>): Record<string, string> {
  if (clusterSelector === null) throw new Error('a binding without a cluster');
  return clusterSelector as Record<string, string>;
}

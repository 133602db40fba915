import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { GatewayConnector } from '../gateway/connector.ts';
import { exitRefused, UserError } from '../user-error.ts';
import { type Enrolment, EnrolmentDelayed, enrol } from './enrol.ts';
import { hashJoinToken, type Identity, type IdentityStore } from './identity.ts';

const firstPauseMs = 1_000;
const longestPauseMs = 30_000;

export interface Obtaining {
  store: IdentityStore;
  connector: GatewayConnector;
  enrolment: Omit<Enrolment, 'joinToken'>;
  joinToken: string | undefined;
  logger: Logger;
  signal: AbortSignal;
}

/**
 * The identity stored at an earlier start, or a new one for a join token not used here before. Waits for a gateway that is not
 * reachable yet. @throws {UserError} @throws AbortError if the signal ends the wait.
 */
export async function obtainIdentity(obtaining: Obtaining): Promise<Identity> {
  const { store, joinToken, logger } = obtaining;
  const kept = await store.load();
  if (kept !== null && (joinToken === undefined || kept.joinTokenHash === hashJoinToken(joinToken))) return kept;
  if (joinToken === undefined) {
    throw new UserError(
      `This agent has no identity yet (${store.place}), and no join token was given. Get one with \`postern cluster install-command NAME\`.`,
      { exitCode: exitRefused },
    );
  }
  if (kept !== null) logger.info('a new join token was given: enrolling again');
  await store.prepare();
  const identity = await enrolPatiently(obtaining, joinToken);
  await savePatiently(obtaining, identity);
  logger.info({ cluster: identity.clusterName, organization: identity.organization }, 'enrolled');
  return identity;
}

async function enrolPatiently(
  { store, connector, enrolment, logger, signal }: Obtaining,
  joinToken: string,
): Promise<Identity> {
  for (let pause = firstPauseMs; ; pause = Math.min(pause * 2, longestPauseMs)) {
    try {
      return await enrol(connector, { ...enrolment, joinToken });
    } catch (error) {
      if (error instanceof EnrolmentDelayed) {
        const waitMs = Math.round(pause * (0.5 + Math.random() / 2));
        logger.warn({ retryInMs: waitMs }, error.message);
        await delay(waitMs, undefined, { signal });
        continue;
      }
      // Another instance of this agent may have just used the token.
      const other = await store.load().catch(() => null);
      if (other?.joinTokenHash === hashJoinToken(joinToken)) return other;
      throw error;
    }
  }
}

/** Retries, because the token is already used: if the identity were lost now, a new token would be needed. */
async function savePatiently({ store, logger, signal }: Obtaining, identity: Identity): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await store.save(identity);
      return;
    } catch (error) {
      if (attempt >= 5) throw error;
      logger.warn({ attempt }, error instanceof Error ? error.message : 'the identity could not be kept');
      await delay(1_000 * attempt, undefined, { signal });
    }
  }
}

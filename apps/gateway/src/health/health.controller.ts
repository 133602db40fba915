import { Controller, Inject } from '@nestjs/common';
import { Lifecycle } from '../core/lifecycle.ts';
import { SingleFlight } from '../core/single-flight.ts';
import { Database } from '../database/database.ts';
import { ApiError } from '../http/api-error.ts';
import { Unlisted } from '../http/operation.ts';

/** For load balancers and probes: nothing about tenants, nothing about the inside. */
@Controller()
export class HealthController {
  @Inject(Database) private readonly database!: Database;
  @Inject(Lifecycle) private readonly lifecycle!: Lifecycle;

  /** However many ask at once, the database is asked once. */
  readonly #pings = new SingleFlight<void>();

  /** The process answers. */
  @Unlisted('/healthz', 'public')
  healthz(): { status: 'ok' } {
    return { status: 'ok' };
  }

  /** It can do its work: the database answers, and it is not on its way out. */
  @Unlisted('/readyz', 'public')
  async readyz(): Promise<{ status: 'ok' }> {
    if (this.lifecycle.isDraining) throw new ApiError('unavailable', 'This gateway is about to stop.');
    await this.#pings.run('', () => this.database.ping());
    return { status: 'ok' };
  }
}

import { Controller, Inject } from '@nestjs/common';
import { Lifecycle } from '../core/lifecycle.ts';
import { SingleFlight } from '../core/single-flight.ts';
import { Database } from '../database/database.ts';
import { ApiError } from '../http/api-error.ts';
import { Unlisted } from '../http/operation.ts';

/** For load balancers and probes; reveals nothing about tenants or internals. */
@Controller()
export class HealthController {
  @Inject(Database) private readonly database!: Database;
  @Inject(Lifecycle) private readonly lifecycle!: Lifecycle;

  /** Simultaneous requests share one query. */
  readonly #pings = new SingleFlight<void>();

  /** Liveness: the process responds. */
  @Unlisted('/healthz', 'public')
  healthz(): { status: 'ok' } {
    return { status: 'ok' };
  }

  /** Readiness: the database responds and the gateway is not draining. */
  @Unlisted('/readyz', 'public')
  async readyz(): Promise<{ status: 'ok' }> {
    if (this.lifecycle.isDraining) throw new ApiError('unavailable', 'This gateway is about to stop.');
    await this.#pings.run('', () => this.database.ping());
    return { status: 'ok' };
  }
}

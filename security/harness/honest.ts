import type { TunnelDialer } from '@postern/tunnel';
import type { GatewayProcess } from './gateway-process.ts';
import { type Person, Rest } from './rest.ts';
import { answerHonestly, dialTunnel } from './tunnel-agent.ts';

/** A tenant with a working cluster, who must be served whatever the attackers do. */
export class HonestTenant {
  readonly person: Person;
  readonly #gateway: GatewayProcess;
  readonly #dialer: TunnelDialer;

  private constructor(gateway: GatewayProcess, person: Person, dialer: TunnelDialer) {
    this.#gateway = gateway;
    this.person = person;
    this.#dialer = dialer;
  }

  static async join(gateway: GatewayProcess): Promise<HonestTenant> {
    const rest = new Rest(gateway);
    try {
      const person = await rest.signUp('honest');
      const agent = await rest.enroll(await rest.createCluster(person, 'prod'));
      return new HonestTenant(gateway, person, await dialTunnel(gateway, agent, answerHonestly));
    } finally {
      rest.close();
    }
  }

  /**
   * Makes one request to the REST API and one to the cluster, each on a new connection.
   * @throws if a response is wrong or does not arrive within `timeoutMs`.
   */
  async check(timeoutMs = 10_000): Promise<void> {
    const rest = new Rest(this.#gateway);
    const { token, slug, name } = this.person;
    try {
      const [me, cluster] = await Promise.all([
        rest.ask('GET', '/api/v1/auth/me', { token, timeoutMs }),
        rest.ask('GET', `/k8s/${slug}/prod/version`, { token, timeoutMs }),
      ]);
      if (me.status !== 200 || !me.text.includes(`${name}@example.com`))
        throw new Error(`the honest tenant's GET /api/v1/auth/me was answered ${me.status} ${me.text.slice(0, 200)}`);
      if (cluster.status !== 200 || !cluster.text.includes('"path":"/version"'))
        throw new Error(`the honest tenant's cluster was answered ${cluster.status} ${cluster.text.slice(0, 200)}`);
    } finally {
      rest.close();
    }
  }

  leave(): Promise<void> {
    return this.#dialer.stop();
  }
}

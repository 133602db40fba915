import pg from 'pg';
import { pino } from 'pino';
import { expect, vi } from 'vitest';
import { AgentPresence } from '../clusters/agent-presence.ts';
import { ClusterChanges } from '../clusters/cluster-changes.ts';
import { Database } from '../database/database.ts';
import { GatewayLease } from '../leases/gateway-lease.ts';
import { SessionLog } from '../sessions/session-log.ts';
import { makeTenant, type TenantRows } from './tenant-rows.ts';
import { startTestDatabase, type TestDatabase } from './test-database.ts';

/** The parts of a gateway that record its connections and sessions. Heartbeats are sent only by the test. */
export class LeasedGateway {
  readonly lease: GatewayLease;
  readonly presence: AgentPresence;
  readonly sessions: SessionLog;
  /** Ids of changed clusters, in the order of the events. */
  readonly changed: string[] = [];

  constructor(database: Database) {
    this.lease = new GatewayLease(database, pino({ level: 'silent' }), { beatMs: 3_600_000 });
    const changes = new ClusterChanges();
    this.presence = new AgentPresence(database, this.lease, changes);
    this.sessions = new SessionLog(database, this.lease);
    changes.on('changed', ({ clusterId }) => this.changed.push(clusterId));
  }

  connect(tenant: TenantRows, epoch: bigint): Promise<void> {
    return this.presence.agentConnected({ ...tenant, epoch, version: '2', instance: 'pod-1' });
  }

  disconnect(tenant: TenantRows, epoch: bigint): Promise<void> {
    return this.presence.agentDisconnected({ ...tenant, epoch });
  }

  open({ organizationId, clusterId, userId }: TenantRows): Promise<string> {
    return this.sessions.start({
      organizationId,
      clusterId,
      userId,
      kind: 'exec',
      namespace: 'default',
      pod: 'web',
      container: null,
      command: ['sh'],
      clientAddress: '127.0.0.1',
      userAgent: 'kubectl',
    });
  }

  async stop(): Promise<void> {
    await this.presence.close();
    await this.lease.stop();
  }
}

/** Several gateways on one database. Rows are returned with the column names of PostgreSQL. */
export class LeaseHarness {
  readonly server: TestDatabase;
  readonly database: Database;
  readonly #running: LeasedGateway[] = [];
  #turn = 0;

  private constructor(server: TestDatabase) {
    this.server = server;
    this.database = new Database({ url: server.appUrl, connections: 10 });
  }

  static async start(): Promise<LeaseHarness> {
    return new LeaseHarness(await startTestDatabase());
  }

  async startGateway(): Promise<LeasedGateway> {
    const gateway = new LeasedGateway(this.database);
    await gateway.lease.start();
    this.#running.push(gateway);
    return gateway;
  }

  async stopGateways(): Promise<void> {
    for (const gateway of this.#running.splice(0)) await gateway.stop();
  }

  async stop(): Promise<void> {
    await this.database.close();
    await this.server.stop();
  }

  makeTenant(): Promise<TenantRows> {
    this.#turn += 1;
    return makeTenant(this.database, `tenant-${this.#turn}`);
  }

  /** Makes it look as if the gateway had not been seen for this long. */
  async silence({ lease }: LeasedGateway, seconds: number): Promise<void> {
    await this.server.run(`UPDATE gateways SET seen_at = now() - interval '${seconds} s' WHERE id = '${lease.id}'`);
  }

  cluster({ clusterId }: TenantRows) {
    return this.#row(`SELECT * FROM clusters WHERE id = '${clusterId}'`);
  }

  session(id: string) {
    return this.#row(`SELECT * FROM sessions WHERE id = '${id}'`);
  }

  gateway(id: string) {
    return this.#row(`SELECT * FROM gateways WHERE id = '${id}'`);
  }

  async connections({ clusterId }: TenantRows) {
    const sql = `SELECT * FROM connections WHERE cluster_id = '${clusterId}' ORDER BY epoch`;
    return (await this.server.run(sql)).rows;
  }

  /** Everything stored about a tenant and a session. */
  async all(tenant: TenantRows, sessionId: string) {
    return {
      cluster: await this.cluster(tenant),
      session: await this.session(sessionId),
      connections: await this.connections(tenant),
    };
  }

  /**
   * Locks the row of a cluster, like another transaction would, until `during` resolves.
   * @param during receives a function that resolves once the given number of statements wait for locks.
   */
  async whileLocked(
    { clusterId }: TenantRows,
    during: (waiting: (count: number) => Promise<void>) => Promise<void>,
  ): Promise<void> {
    const options = '-c role=postern_system';
    const client = new pg.Client({ connectionString: this.server.appUrl, options });
    await client.connect();
    await client.query('BEGIN');
    await client.query('SELECT FROM clusters WHERE id = $1 FOR NO KEY UPDATE', [clusterId]);
    const waiting = "SELECT FROM pg_stat_activity WHERE usename = 'postern_app' AND wait_event_type = 'Lock'";
    try {
      await during((count) =>
        vi.waitFor(async () => expect((await this.server.run(waiting)).rows).toHaveLength(count), 10_000),
      );
    } finally {
      await client.query('COMMIT');
      await client.end();
    }
  }

  async #row(sql: string) {
    return (await this.server.run(sql)).rows[0];
  }
}

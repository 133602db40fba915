import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type LeasedGateway, LeaseHarness } from '../test/lease-harness.ts';
import type { TenantRows } from '../test/tenant-rows.ts';

let harness: LeaseHarness;
let first: LeasedGateway;
let ofFirst: TenantRows;

beforeAll(async () => {
  harness = await LeaseHarness.start();
});
afterAll(() => harness.stop());
beforeEach(async () => {
  ofFirst = await harness.makeTenant();
  first = await harness.startGateway();
});
afterEach(() => harness.stopGateways());

/** How long background work may take on a busy machine, in milliseconds. */
const patience = 10_000;
const stopped = 'The gateway stopped while the session was open.';

describe('a gateway that was taken for dead', () => {
  let second: LeasedGateway;
  let id: string;
  let deadId: string;
  beforeEach(async () => {
    second = await harness.startGateway();
    await first.connect(ofFirst, 5n);
    id = await first.open(ofFirst);
    deadId = first.lease.id;
    await harness.silence(first, 11);
    await second.lease.beat();
    expect(await harness.all(ofFirst, id)).toMatchObject({ session: { end_reason: stopped }, connections: [] });
  });

  const isBack = () =>
    vi.waitFor(
      async () =>
        expect(await harness.all(ofFirst, id)).toMatchObject({
          cluster: { offline_since: null },
          session: { ended_at: null, end_reason: null, gateway_id: first.lease.id },
          connections: [{ epoch: '5', gateway_id: first.lease.id }],
        }),
      patience,
    );

  it('takes a new id with its next heartbeat and publishes what it holds again', async () => {
    await first.lease.beat();
    expect(first.lease.id).not.toBe(deadId);
    expect(await harness.gateway(first.lease.id)).toBeDefined();
    await isBack();
    await first.disconnect(ofFirst, 4n);
    expect(await harness.cluster(ofFirst)).toMatchObject({ offline_since: null });
    await first.sessions.end(id, { reason: 'done', bytesUp: 3, bytesDown: 4 });
    expect(await harness.session(id)).toMatchObject({
      end_reason: 'done',
      bytes_up: '3',
      bytes_down: '4',
      gateway_id: null,
    });
    await first.disconnect(ofFirst, 5n);
    expect((await harness.cluster(ofFirst)).offline_since).not.toBeNull();
  });

  it('does so before its next heartbeat when an agent connects', async () => {
    await first.connect(ofFirst, 6n);
    expect((await harness.connections(ofFirst)).map(({ epoch }) => epoch)).toContain('6');
    await vi.waitFor(
      async () =>
        expect(await harness.connections(ofFirst)).toMatchObject([
          { epoch: '5' },
          { epoch: '6', gateway_id: first.lease.id },
        ]),
      patience,
    );
    expect(first.lease.id).not.toBe(deadId);
  });

  it('does so before its next heartbeat when a session begins', async () => {
    const next = await first.open(ofFirst);
    expect(await harness.session(next)).toMatchObject({ ended_at: null, gateway_id: first.lease.id });
    expect(first.lease.id).not.toBe(deadId);
    await isBack();
  });

  it('takes only one new id, whatever notices first', async () => {
    const many = await Promise.all([
      first.lease.beat(),
      first.open(ofFirst),
      first.open(ofFirst),
      first.connect(ofFirst, 6n),
    ]);
    for (const each of many.filter((done) => typeof done === 'string'))
      expect(await harness.session(each)).toMatchObject({ ended_at: null, gateway_id: first.lease.id });
    await vi.waitFor(async () => expect(await harness.connections(ofFirst)).toHaveLength(2), patience);
    const { rows } = await harness.server.run(`SELECT id FROM gateways WHERE id <> '${second.lease.id}'`);
    expect(rows).toEqual([{ id: first.lease.id }]);
  });

  it('waits while another gateway ends what it held, and then takes a new id', async () => {
    await first.lease.beat();
    await isBack();
    const before = first.lease.id;
    await harness.silence(first, 11);
    const during: Promise<unknown>[] = [];
    await harness.whileLocked(ofFirst, async (waiting) => {
      during.push(second.lease.beat());
      await waiting(1);
      during.push(first.connect(ofFirst, 6n), first.open(ofFirst));
      await waiting(3);
    });
    const [, , opened] = await Promise.all(during);
    expect(first.lease.id).not.toBe(before);
    await vi.waitFor(async () => expect(await harness.connections(ofFirst)).toHaveLength(2), patience);
    expect(await harness.session(String(opened))).toMatchObject({ ended_at: null, gateway_id: first.lease.id });
  });

  it('does not reopen a session that ended properly', async () => {
    await harness.server.run(`UPDATE sessions SET end_reason = 'done' WHERE id = '${id}'`);
    await first.lease.beat();
    await vi.waitFor(async () => expect(await harness.connections(ofFirst)).toHaveLength(1), patience);
    expect(await harness.session(id)).toMatchObject({ end_reason: 'done', ended_at: expect.any(Date) });
  });

  it('corrects the end of a session that another gateway guessed', async () => {
    await first.sessions.end(id, { reason: 'done', bytesUp: 3, bytesDown: 4 });
    await first.lease.beat();
    await first.stop();
    expect(await harness.session(id)).toMatchObject({ end_reason: 'done', bytes_up: '3', gateway_id: null });
  });

  describe('does not bring a connection back', () => {
    const forget = ({ lease }: LeasedGateway) =>
      harness.server.run(
        ['connections WHERE gateway_id', 'sessions WHERE gateway_id', 'gateways WHERE id']
          .map((which) => `DELETE FROM ${which} = '${lease.id}';`)
          .join(''),
      );
    beforeEach(async () => {
      await first.connect(ofFirst, 6n);
      // The first publication, which is not under test.
      await vi.waitFor(async () => expect(await harness.connections(ofFirst)).toHaveLength(2), patience);
    });
    afterEach(async () => {
      // Queued after everything else.
      await first.connect(ofFirst, 7n);
      expect((await harness.connections(ofFirst)).map(({ epoch }) => epoch)).toEqual(['6', '7']);
    });

    it('whose end is being written when it publishes again', async () => {
      let ending: Promise<void> | undefined;
      await harness.whileLocked(ofFirst, async (waiting) => {
        ending = first.disconnect(ofFirst, 5n);
        await waiting(1);
        await forget(first);
        await first.lease.beat();
      });
      await ending;
    });

    it('that ends while it is published again', async () => {
      await forget(first);
      await first.lease.beat();
      await first.disconnect(ofFirst, 5n);
    });
  });
});

it('after a database outage, writes what came and went meanwhile', async () => {
  await first.connect(ofFirst, 1n);
  await first.connect(ofFirst, 2n);
  const id = await first.open(ofFirst);
  const other = await harness.makeTenant();
  await harness.server.run(
    "ALTER ROLE postern_app CONNECTION LIMIT 0; SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'postern_app'",
    'postgres',
  );
  // The pool notices cut connections one by one.
  await vi.waitFor(() => expect(first.lease.beat()).rejects.toThrow(/too many|connection/i), patience);
  await Promise.all([first.connect(other, 3n), first.disconnect(ofFirst, 2n)]);
  await harness.server.run('ALTER ROLE postern_app CONNECTION LIMIT -1', 'postgres');
  await vi.waitFor(() => first.lease.beat(), patience);
  const before = first.lease.id;
  await first.connect(other, 4n);
  expect(await harness.connections(other)).toMatchObject([{ epoch: '3', gateway_id: before }, { epoch: '4' }]);
  expect(await harness.session(id)).toMatchObject({ ended_at: null, gateway_id: before });
  // What is left under the old id ends with it.
  expect(await harness.connections(ofFirst)).toHaveLength(2);
  await harness.server.run(`UPDATE gateways SET seen_at = now() - interval '11 s' WHERE id <> '${before}'`);
  await first.lease.beat();
  expect(await harness.connections(ofFirst)).toMatchObject([{ epoch: '1' }]);
  expect(await harness.cluster(ofFirst)).toMatchObject({ offline_since: null });
});

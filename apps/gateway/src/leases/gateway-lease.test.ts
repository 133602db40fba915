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

describe('a gateway that starts', () => {
  it('leaves a running one unchanged', async () => {
    await first.connect(ofFirst, 1n);
    const id = await first.open(ofFirst);
    const before = await harness.all(ofFirst, id);
    expect(before).toMatchObject({
      session: { ended_at: null, gateway_id: first.lease.id },
      connections: [{ epoch: '1' }],
    });
    const second = await harness.startGateway();
    await second.lease.beat();
    await second.stop();
    expect(await harness.all(ofFirst, id)).toEqual(before);
    expect([first.changed, second.changed]).toEqual([[ofFirst.clusterId], []]);
  });
});

describe('a dead gateway', () => {
  it('has not been seen for 10 s; what it held ends, and nothing else', async () => {
    await first.connect(ofFirst, 1n);
    const id = await first.open(ofFirst);
    const second = await harness.startGateway();
    // Some seconds to spare, for a busy machine.
    await harness.silence(first, 5);
    const before = await harness.all(ofFirst, id);
    await second.lease.beat();
    expect(await harness.all(ofFirst, id)).toEqual(before);
    const ofSecond = await harness.makeTenant();
    await second.connect(ofSecond, 2n);
    const idOfSecond = await second.open(ofSecond);
    const ofSecondBefore = await harness.all(ofSecond, idOfSecond);
    await harness.server.run(`UPDATE clusters SET last_seen_at = now() - interval '12 s' WHERE id = '${ofFirst.clusterId}';
      UPDATE sessions SET started_at = now() - interval '1 min' WHERE id = '${id}'`);
    await harness.silence(first, 11);
    const { seen_at } = await harness.gateway(first.lease.id);
    await second.lease.beat();
    expect(await harness.all(ofFirst, id)).toMatchObject({
      cluster: { offline_since: seen_at, last_seen_at: seen_at },
      session: { ended_at: seen_at, end_reason: stopped, gateway_id: null },
      connections: [],
    });
    expect(await harness.gateway(first.lease.id)).toBeUndefined();
    expect(await harness.all(ofSecond, idOfSecond)).toEqual(ofSecondBefore);
    expect(second.changed).toEqual([ofSecond.clusterId, ofFirst.clusterId]);
  });

  it('leaves a cluster online if another gateway has a connection to it', async () => {
    const second = await harness.startGateway();
    await first.connect(ofFirst, 1n);
    await second.connect(ofFirst, 2n);
    const { connected_at } = await harness.cluster(ofFirst);
    await harness.silence(first, 11);
    await second.lease.beat();
    expect(await harness.cluster(ofFirst)).toMatchObject({ offline_since: null, connected_at });
    expect(await harness.connections(ofFirst)).toMatchObject([{ epoch: '2', gateway_id: second.lease.id }]);
  });

  it('takes a cluster offline no earlier than another gateway last saw it', async () => {
    const second = await harness.startGateway();
    await first.connect(ofFirst, 1n);
    await second.connect(ofFirst, 2n);
    await second.disconnect(ofFirst, 2n);
    const { last_seen_at, offline_since } = await harness.cluster(ofFirst);
    expect(offline_since).toBeNull();
    await harness.silence(first, 11);
    await second.lease.beat();
    expect(await harness.cluster(ofFirst)).toMatchObject({ offline_since: last_seen_at });
  });

  it('is noticed when its lease expires, not only with the next heartbeat', async () => {
    await first.connect(ofFirst, 1n);
    await harness.silence(first, 6);
    await harness.startGateway();
    expect(await harness.cluster(ofFirst)).toMatchObject({ offline_since: null });
    await vi.waitFor(async () => expect(await harness.connections(ofFirst)).toEqual([]), patience);
  });

  it('is cleaned up once if two find it at the same time', async () => {
    const [second, third] = [await harness.startGateway(), await harness.startGateway()];
    await first.connect(ofFirst, 1n);
    const id = await first.open(ofFirst);
    await harness.silence(first, 11);
    let cleaning: Promise<void> | undefined;
    await harness.whileLocked(ofFirst, async (waiting) => {
      cleaning = second.lease.beat();
      await waiting(1);
      // Skips it without waiting.
      await Promise.race([third.lease.beat(), waiting(2).then(() => expect.unreachable('it waits for the other'))]);
      expect(await harness.session(id)).toMatchObject({ ended_at: null });
    });
    await cleaning;
    expect([second.changed, third.changed]).toEqual([[ofFirst.clusterId], []]);
    expect(await harness.all(ofFirst, id)).toMatchObject({ session: { end_reason: stopped }, connections: [] });
  });
});

describe('a gateway that shuts down cleanly', () => {
  it('ends what it holds, and nothing else', async () => {
    const second = await harness.startGateway();
    const ofSecond = await harness.makeTenant();
    await first.connect(ofFirst, 1n);
    const id = await first.open(ofFirst);
    await second.connect(ofSecond, 2n);
    const before = await harness.all(ofSecond, await second.open(ofSecond));
    await first.stop();
    const after = await harness.all(ofFirst, id);
    expect(after).toMatchObject({ session: { end_reason: stopped, gateway_id: null }, connections: [] });
    expect(after.cluster.offline_since.getTime()).toBeGreaterThanOrEqual(after.session.started_at.getTime());
    expect(await harness.gateway(first.lease.id)).toBeUndefined();
    expect(await harness.all(ofSecond, before.session.id)).toEqual(before);
  });

  it('writes nothing afterwards', async () => {
    await first.connect(ofFirst, 1n);
    await first.stop();
    await first.connect(ofFirst, 2n);
    await first.disconnect(ofFirst, 1n);
    expect(await harness.connections(ofFirst)).toEqual([]);
  });
});

it('keeps a cluster online when one connection ends while another is being added elsewhere', async () => {
  const second = await harness.startGateway();
  await first.connect(ofFirst, 1n);
  const both: Promise<void>[] = [];
  await harness.whileLocked(ofFirst, async (waiting) => {
    both.push(second.connect(ofFirst, 2n));
    await waiting(1);
    both.push(first.disconnect(ofFirst, 1n));
    await waiting(2);
  });
  await Promise.all(both);
  expect(await harness.cluster(ofFirst)).toMatchObject({ offline_since: null });
  expect(await harness.connections(ofFirst)).toMatchObject([{ epoch: '2' }]);
});

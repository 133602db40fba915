import { afterEach, describe, expect, it } from 'vitest';
import { KubeError } from './kube-error.ts';
import { tableRows } from './list-format.ts';
import type { Surroundings } from './list-watch.ts';
import { LiveList } from './live-list.ts';
import type { Schedule } from './live-store.ts';
import { type Row, readTable } from './table-rows.ts';

const around: Surroundings = {
  now: () => 0,
  random: () => 0,
  delay: (_, signal) => new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true })),
  attention: { paused: () => false, onChange: () => () => undefined },
  link: { heardAt: () => 0, onBack: () => () => undefined },
  acquireWatch: () => () => undefined,
};

const podTable = (namespace: string, names: string[]) =>
  readTable(
    {
      metadata: { resourceVersion: '5' },
      columnDefinitions: [{ name: 'Name', type: 'string', format: 'name' }],
      rows: names.map((name) => ({
        cells: [name],
        object: {
          metadata: { name, namespace, uid: `${namespace}/${name}`, resourceVersion: '1', managedFields: [{}] },
        },
      })),
    },
    0,
  );

/** A list in a cluster where the user may list only some namespaces. */
function tableOf(options: {
  allowed: string[];
  namespaces?: string[];
  known?: string[];
  schedule?: Schedule;
  pages?: number;
}) {
  const asked: string[] = [];
  const table = new LiveList<Row>({
    format: tableRows,
    source: (namespace, onColumns) => ({
      key: ({ key }) => key,
      list: async (next) => {
        asked.push(namespace);
        if (!options.allowed.includes(namespace)) {
          const where = namespace === '' ? 'at the cluster scope' : `in the namespace "${namespace}"`;
          throw new KubeError({ status: 403, reason: 'Forbidden', message: `pods is forbidden ${where}` });
        }
        const page = podTable(namespace, [`pod-of-${namespace || 'all'}${next}`]);
        onColumns(page.columns);
        const number = Number(next) + 1;
        return { ...page, items: page.rows, next: number < (options.pages ?? 1) ? String(number) : '' };
      },
      watch: async (_, signal) =>
        (async function* () {
          await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
        })(),
    }),
    namespaces: options.namespaces ?? [],
    fallback: async () => options.known ?? [],
    around,
    schedule: options.schedule ?? ((commit) => queueMicrotask(commit)),
  });
  const until = (condition: () => boolean) =>
    new Promise<void>((resolve) => {
      const look = () => {
        if (!condition()) return;
        unsubscribe();
        resolve();
      };
      const unsubscribe = table.subscribe(look);
      look();
    });
  return { table, asked, until };
}

describe('LiveList', () => {
  let table: LiveList<Row> | undefined;
  afterEach(() => table?.stop());

  it('watches the whole cluster once', async () => {
    const fixture = tableOf({ allowed: [''] });
    table = fixture.table;
    table.start();
    await fixture.until(() => fixture.table.state.items.length === 1 && fixture.table.state.freshness.state === 'live');
    expect(fixture.asked).toEqual(['']);
    expect(table.state.narrowed).toBeUndefined();
  });

  it('shows its items before it is live, because live without items means that there are none', async () => {
    const fixture = tableOf({ allowed: [''], schedule: () => undefined });
    table = fixture.table;
    const seen: string[] = [];
    table.subscribe(() => {
      const { freshness, items, loaded } = fixture.table.state;
      seen.push(`${freshness.state} ${items.length} ${loaded}`);
    });
    table.start();
    await fixture.until(() => fixture.table.state.freshness.state === 'live');
    expect(seen).toEqual(['loading 0 false', 'loading 1 true', 'live 1 true']);
  });

  it('shows its progress with the rows, and does not render for every page', async () => {
    const fixture = tableOf({ allowed: [''], pages: 4, schedule: () => undefined });
    table = fixture.table;
    const seen: string[] = [];
    table.subscribe(() => {
      const { freshness, items } = fixture.table.state;
      seen.push(`${freshness.state} ${items.length}${freshness.state === 'loading' ? ` ${freshness.loaded}` : ''}`);
    });
    table.start();
    await fixture.until(() => fixture.table.state.freshness.state === 'live');
    expect(seen).toEqual(['loading 0 0', 'loading 4 3', 'live 4']);
  });

  it('merges several namespaces', async () => {
    const fixture = tableOf({ allowed: ['a', 'b'], namespaces: ['a', 'b'] });
    table = fixture.table;
    table.start();
    await fixture.until(() => fixture.table.state.items.length === 2);
    expect(table.state.items.map(({ name }) => name)).toEqual(['pod-of-a', 'pod-of-b']);
  });

  it('falls back to known namespaces if the cluster is forbidden, and drops forbidden ones', async () => {
    const fixture = tableOf({ allowed: ['b', 'd'], known: ['a', 'b', 'c', 'd'] });
    table = fixture.table;
    table.start();
    await fixture.until(() => fixture.table.state.items.length === 2 && fixture.table.state.freshness.state === 'live');
    expect(table.state.narrowed).toEqual({ message: 'pods is forbidden at the cluster scope', namespaces: ['b', 'd'] });
  });

  it('is denied, not empty, if no namespace is known', async () => {
    const fixture = tableOf({ allowed: [] });
    table = fixture.table;
    table.start();
    await fixture.until(() => fixture.table.state.freshness.state === 'denied');
    expect(table.state.freshness).toEqual({ state: 'denied', message: 'pods is forbidden at the cluster scope' });
  });

  it('is denied, not empty, if every known namespace is forbidden too', async () => {
    const fixture = tableOf({ allowed: [], known: ['a', 'b'] });
    table = fixture.table;
    table.start();
    await fixture.until(() => fixture.asked.includes('b') && fixture.table.state.freshness.state === 'denied');
    expect(table.state.items).toEqual([]);
  });

  it('lists the whole cluster if too many namespaces are requested', async () => {
    const namespaces = Array.from({ length: 9 }, (_, index) => `ns-${index}`);
    const fixture = tableOf({ allowed: [''], namespaces });
    table = fixture.table;
    table.start();
    await fixture.until(() => fixture.table.state.items.length === 1);
    expect(fixture.asked).toEqual(['']);
  });
});

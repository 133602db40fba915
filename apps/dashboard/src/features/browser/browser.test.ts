import { describe, expect, it } from 'vitest';
import { rowJudge } from '#features/health/row-verdict.ts';
import type { ApiResource } from '#features/kube/api-resource.ts';
import type { Column, ColumnMeaning, Row } from '#features/kube/table-rows.ts';
import { arrange, parseSort, writeSort } from './arrange.ts';
import { gridTemplate, shownColumns, titleColumn } from './column-layout.ts';
import { parseFilter } from './filter.ts';
import { groupKinds } from './kind-groups.ts';
import { rowStates } from './row-state.ts';
import { isShort, toneOfState } from './state-tone.ts';

const HOUR = 3_600_000;
const NOW = 1_000 * HOUR;
const column = (name: string, meaning: ColumnMeaning = 'plain', priority = 0): Column => ({
  name,
  meaning,
  priority,
  description: '',
});
const columns = [
  column('Name', 'name'),
  column('Ready'),
  column('Status'),
  column('Restarts', 'restarts'),
  column('Age', 'age'),
  column('Node', 'plain', 1),
];
const row = (namespace: string, name: string, cells: Row['cells'], hours: number, labels = {}): Row => ({
  key: `${namespace}/${name}`,
  name,
  namespace,
  created: NOW - hours * HOUR,
  deleting: false,
  controller: '',
  labels,
  resourceVersion: '1',
  cells: [name, ...cells],
  at: NOW,
  changedAt: 0,
});
const rows = [
  row('shop', 'web-1', ['1/1', 'Running', '0', '5h', 'node-a'], 5, { app: 'web', tier: 'front' }),
  row('shop', 'web-2', ['0/1', 'CrashLoopBackOff', '12 (3m ago)', '2h', 'node-b'], 2, { app: 'web' }),
  row('pay', 'api-1', ['1/1', 'Running', '1', '30m', 'node-a'], 0.5, { app: 'api' }),
];
const names = (written: string) =>
  rows.filter((one) => parseFilter(written, columns)(one, NOW)).map(({ name }) => name);

describe('filter', () => {
  it.each([
    ['', ['web-1', 'web-2', 'api-1']],
    ['WEB', ['web-1', 'web-2']],
    ['shop running', ['web-1']],
    ['-web', ['api-1']],
    ['!running', ['web-2']],
    ['app=web', ['web-1', 'web-2']],
    ['app!=web', ['api-1']],
    ['app=web -tier=front', ['web-2']],
    ['label:tier', ['web-1']],
    ['status:crash', ['web-2']],
    ['ns:pay', ['api-1']],
    ['name:1 node:node-a', ['web-1', 'api-1']],
    ['restarts>0', ['web-2', 'api-1']],
    ['restarts>1', ['web-2']],
    ['age<1h', ['api-1']],
    ['age>1h', ['web-1', 'web-2']],
    ['ready<1', ['web-2']],
    ['"crashloop"', ['web-2']],
    ['nowhere:x', []],
    ['age<nonsense', []],
  ])('%s', (written, expected) => expect(names(written)).toEqual(expected));

  it('treats a quoted phrase as one word', () => {
    expect(names('"12 (3m ago)"')).toEqual(['web-2']);
  });
});

describe('states of rows', () => {
  const pods = rowStates({ resource: 'pods', group: '' }, columns, rowJudge);
  const restarting = row('shop', 'web-3', ['1/1', 'Running', '28 (2m ago)', '9h', 'node-a'], 9);
  const all = [...rows, restarting];
  const found = (written: string) =>
    all.filter((one) => parseFilter(written, columns, pods)(one, NOW)).map(({ name }) => name);
  it.each([
    ['is:running', ['web-1', 'api-1']],
    ['is:running-restarting', ['web-3']],
    ['is:trouble', ['web-2', 'web-3']],
    ['-is:trouble', ['web-1', 'api-1']],
    ['is:nothing', []],
  ])('%s', (written, expected) => expect(found(written)).toEqual(expected));
  const order = (sort: string, states = pods) =>
    arrange(all, {
      columns,
      filter: () => true,
      sort: parseSort(sort, columns),
      namespaces: new Set(),
      states,
      now: NOW,
    }).map(({ name }) => name);
  it('sorts the status by severity', () => {
    expect(order('status')).toEqual(['web-2', 'web-3', 'api-1', 'web-1']);
    expect(order('-status')).toEqual(['api-1', 'web-1', 'web-3', 'web-2']);
  });
  it('sorts the status of kinds without rules by how bad it sounds', () => {
    expect(order('status', rowStates({ resource: 'backups', group: 'example.com' }, columns, rowJudge))).toEqual([
      'web-2',
      'api-1',
      'web-1',
      'web-3',
    ]);
  });
  it('falls back to the text while the rules are being loaded', () => {
    const early = rowStates({ resource: 'pods', group: '' }, columns, undefined);
    expect(early.of(restarting, NOW)).toEqual({ tone: 'ok', word: 'Running' });
  });
  it('does not take a number for a state', () => {
    const counted = [column('Name', 'name'), column('Available')];
    const states = rowStates({ resource: 'widgets', group: 'example.com' }, counted, rowJudge);
    expect(states.of(row('shop', 'w', [2], 1), NOW)).toBeUndefined();
  });
});

describe('arrange', () => {
  const order = (sort: string) =>
    arrange(rows, { columns, filter: () => true, sort: parseSort(sort, columns), namespaces: new Set(), now: NOW }).map(
      ({ name }) => name,
    );
  it('sorts by namespace and name by default', () => expect(order('')).toEqual(['api-1', 'web-1', 'web-2']));
  it('sorts by age, youngest first', () => expect(order('age')).toEqual(['api-1', 'web-2', 'web-1']));
  it('sorts numbers as numbers', () => expect(order('-restarts')).toEqual(['web-2', 'api-1', 'web-1']));
  it('falls back to names for a column that does not exist', () =>
    expect(order('-nothing')).toEqual(['web-1', 'web-2', 'api-1']));
  it('filters by namespace', () => {
    const how = { columns, filter: () => true, sort: parseSort('', columns), namespaces: new Set(['pay']), now: NOW };
    expect(arrange(rows, how).map(({ name }) => name)).toEqual(['api-1']);
  });
  it('formats what it parses', () => expect(writeSort(parseSort('-age', columns))).toBe('-age'));
  it('shows the latest events first', () => {
    expect(parseSort('', [column('Last Seen', 'elapsed')])).toEqual({ by: 'last-seen', descending: false });
  });
  it('sorts 5,000 rows quickly', () => {
    const many = Array.from({ length: 5000 }, (_, index) =>
      row(
        `ns-${index % 50}`,
        `pod-${(index * 7919) % 5000}`,
        ['1/1', 'Running', String(index % 17), '5h', 'n'],
        index % 100,
      ),
    );
    const before = process.cpuUsage();
    for (const by of ['', '-age', 'restarts', 'status', 'name'])
      arrange(many, {
        columns,
        filter: parseFilter('pod', columns),
        sort: parseSort(by, columns),
        namespaces: new Set(),
        now: NOW,
      });
    // CPU time of five sorts, in microseconds: loose, but too short for reading a value at each comparison.
    expect(process.cpuUsage(before).user).toBeLessThan(1_500_000);
  });
});

describe('columns', () => {
  it('hides wide columns until they are chosen, and leaves out the name', () => {
    const shown = (choice: Record<string, boolean>) =>
      shownColumns(columns, choice).map(({ column: { name } }) => name);
    expect(shown({})).toEqual(['Ready', 'Status', 'Restarts', 'Age']);
    expect(shown({ Node: true, Age: false })).toEqual(['Ready', 'Status', 'Restarts', 'Node']);
  });
  it('titles an event with the object that it is about', () => {
    const events = [column('Last Seen', 'elapsed'), column('Object'), column('Message'), column('Name', 'name', 1)];
    expect(titleColumn(events)?.index).toBe(1);
    expect(shownColumns(events, {}).map(({ column: { name } }) => name)).toEqual(['Last Seen', 'Message']);
    expect(titleColumn(columns)).toBeUndefined();
  });
  it('has one grid track per column', () => {
    const shown = shownColumns(columns, {});
    expect(
      gridTemplate(rows, { shown, title: undefined, namespace: true, select: true }).split(/ (?![^(]*\))/),
    ).toHaveLength(shown.length + 4);
  });

  it('gives free space to columns by their content, and no column a factor above 1', () => {
    const template = gridTemplate(rows, {
      shown: shownColumns(columns, {}),
      title: undefined,
      namespace: true,
      select: true,
    });
    const factors = [...template.matchAll(/minmax\((\d+)px, ([\d.]+)fr\)/g)].map(([, , factor]) => Number(factor));
    expect(Math.max(...factors)).toBe(1);
    expect(factors.reduce((sum, factor) => sum + factor, 0)).toBeGreaterThan(1);
  });
});

describe('states', () => {
  it.each([
    ['Running', 'ok'],
    ['Completed', 'idle'],
    ['CrashLoopBackOff', 'bad'],
    ['Init:CrashLoopBackOff', 'bad'],
    ['ImagePullBackOff', 'bad'],
    ['NotReady', 'bad'],
    ['Ready,SchedulingDisabled', 'warn'],
    ['NotReady,SchedulingDisabled', 'bad'],
    ['Terminating', 'warn'],
    ['Init:0/1', 'warn'],
    ['Warning', 'warn'],
    ['ClusterIP', undefined],
    ['Opaque', undefined],
  ] as const)('%s is %s', (words, tone) => expect(toneOfState(words)).toBe(tone));
  it('finds counts that are short of the total', () => {
    expect(isShort('0/1')).toBe(true);
    expect(isShort('2/2')).toBe(false);
    expect(isShort('0/0')).toBe(false);
    expect(isShort('x')).toBe(false);
  });
});

describe('groupKinds', () => {
  const kind = (group: string, resource: string, name: string, verbs = ['list']): ApiResource => ({
    group,
    version: 'v1',
    resource,
    kind: name,
    namespaced: true,
    verbs,
    shortNames: [],
    subresources: [],
    preferred: true,
  });
  it('puts common kinds first, other built-in kinds under the cluster, and custom ones by group', () => {
    const groups = groupKinds([
      kind('example.com', 'widgets', 'Widget'),
      kind('apps', 'deployments', 'Deployment'),
      kind('', 'pods', 'Pod'),
      kind('', 'bindings', 'Binding', ['create']),
      kind('flowcontrol.apiserver.k8s.io', 'flowschemas', 'FlowSchema'),
      kind('gateway.networking.k8s.io', 'grpcroutes', 'GRPCRoute'),
      kind('events.k8s.io', 'events', 'Event'),
    ]);
    expect(groups.map(({ id, kinds }) => [id, kinds.map(({ resource }) => resource)])).toEqual([
      ['workloads', ['pods', 'deployments']],
      ['cluster', ['flowschemas']],
      ['example.com', ['widgets']],
      ['gateway.networking.k8s.io', ['grpcroutes']],
    ]);
  });
});

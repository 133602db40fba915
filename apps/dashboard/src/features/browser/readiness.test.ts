import { describe, expect, it } from 'vitest';
import { knownKinds } from '#features/kube/known-kinds.ts';
import type { Column, Row } from '#features/kube/table-rows.ts';
import { parseFilter } from './filter.ts';
import { readinessReader } from './readiness.ts';
import { isReplaced } from './replaced-pods.ts';
import { rowStates } from './row-state.ts';
import { toneOfState } from './state-tone.ts';

const columns = (...names: string[]): Column[] =>
  names.map((name) => ({ name, meaning: name === 'Name' ? 'name' : 'plain', priority: 0, description: '' }));
const row = (...cells: Row['cells']): Row => ({
  key: String(cells[0]),
  name: String(cells[0]),
  namespace: 'shop',
  created: 0,
  deleting: false,
  controller: '',
  labels: {},
  resourceVersion: '1',
  cells,
  at: 0,
  changedAt: 0,
});

const deployments = columns('Name', 'Ready', 'Up-to-date', 'Available');
const rows = [row('a', '3/3', 3, 3), row('b', '1/3', 3, 1), row('c', '0/2', 2, 0), row('d', '0/0', 0, 0)];

describe('the state of workloads', () => {
  it('is in words, from the ratio of ready pods', () => {
    const read = readinessReader(deployments);
    expect(rows.map((one) => read?.(one))).toEqual(['all ready', 'some ready', 'none ready', 'scaled to none']);
    expect(rows.map((one) => toneOfState(read?.(one) ?? ''))).toEqual(['ok', 'warn', 'bad', 'idle']);
  });

  it('is the same from two columns with numbers', () => {
    const read = readinessReader(columns('Name', 'Desired', 'Current', 'Ready'));
    expect(read?.(row('ds', 3, 3, 2))).toBe('some ready');
    expect(readinessReader(columns('Name', 'Status'))).toBeUndefined();
    expect(readinessReader(deployments)?.(row('x', 'soon', 1, 1))).toBeUndefined();
  });

  it('is not the number of available pods', () => {
    const widgets = { group: 'example.com', resource: 'widgets' };
    const states = rowStates(widgets, deployments, () => undefined);
    for (const one of rows) expect(states.of(one, 0)).toBeUndefined();
    const available = rowStates(widgets, columns('Name', 'Available'), () => undefined);
    expect(available.column?.name).toBe('Available');
    expect(available.of(row('v1.apps', 'True'), 0)).toEqual({ tone: 'ok', word: 'True' });
  });

  it('is told of kinds without rules and without a column for it, once the rules are there', () => {
    const widgets = { group: 'example.com', resource: 'widgets' };
    const states = rowStates(widgets, columns('Name', 'Ready'), () => undefined);
    expect(states.of(row('b', '1/3'), 0)).toEqual({ tone: 'warn', word: 'Some ready' });
    expect(rowStates(widgets, columns('Name', 'Ready'), undefined).of(row('b', '1/3'), 0)).toBeUndefined();
  });

  it('can be filtered by', () => {
    const names = (filter: string) =>
      rows.filter((one) => parseFilter(filter, deployments)(one, 0)).map(({ name }) => name);
    expect(names('state:"some ready"')).toEqual(['b']);
    expect(names('state:none')).toEqual(['c']);
    expect(names('-state:"all ready"')).toEqual(['b', 'c', 'd']);
    // A column of that name means its own values.
    const own = columns('Name', 'State', 'Ready');
    expect(parseFilter('state:open', own)(row('x', 'Open', '1/1'), 0)).toBe(true);
  });
});

describe('a pod that is replaced', () => {
  const target = (controller?: string) => ({
    ref: { organization: 'acme', cluster: 'shop' },
    resource: knownKinds.pods,
    namespace: 'shop',
    name: 'web-0',
    ...(controller !== undefined && { controller }),
  });

  it('has a controller that always starts another', () => {
    for (const kind of ['ReplicaSet', 'StatefulSet', 'DaemonSet']) expect(isReplaced(target(kind))).toBe(true);
    for (const kind of ['Job', 'Node', '']) expect(isReplaced(target(kind))).toBe(false);
    expect(isReplaced(target())).toBe(false);
    expect(isReplaced({ ...target('Deployment'), resource: knownKinds.replicaSets })).toBe(false);
  });
});

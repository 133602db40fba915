import { expect, it } from 'vitest';
import { logsOfShown } from './shown-logs.ts';

const ref = { organization: 'acme', cluster: 'demo' };
const rows = [
  { namespace: 'shop', name: 'web-1' },
  { namespace: 'shop', name: 'web-2' },
];

it.each([
  ['', { of: 'labels', namespaces: ['shop'], labelSelector: '' }],
  ['app=web tier!=a', { of: 'labels', namespaces: ['shop'], labelSelector: 'app=web,tier!=a' }],
  ['app=web web', { of: 'pods', pods: rows }],
  ['-app=web', { of: 'pods', pods: rows }],
  ['restarts>3', { of: 'pods', pods: rows }],
])('shows the logs of what the filter %j shows', (filter, selection) => {
  expect(logsOfShown({ ref, namespaces: ['shop'], filter, rows })).toEqual({ ref, ...selection });
});

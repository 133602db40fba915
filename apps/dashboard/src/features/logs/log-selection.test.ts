import { describe, expect, it } from 'vitest';
import { knownKinds } from '#features/kube/known-kinds.ts';
import { selectorText } from './label-selector.ts';
import { commandsOf } from './log-commands.ts';
import { describeSelection, logsOf, selectionKey, titleOf } from './log-selection.ts';

const ref = { organization: 'acme', cluster: 'demo' };
const { deployments, namespaces, nodes, pods } = knownKinds;
const of = (resource: Parameters<typeof logsOf>[0]['resource'], name: string) =>
  logsOf({ ref, resource, namespace: resource.namespaced ? 'shop' : '', name });

describe('the logs of an object', () => {
  it('are those of a pod, of a workload’s pods, or of a namespace', () => {
    expect(of(pods, 'web-1')).toMatchObject({ of: 'pods', pods: [{ namespace: 'shop', name: 'web-1' }] });
    expect(of(deployments, 'web')).toMatchObject({ of: 'workload', namespace: 'shop', name: 'web' });
    expect(of(namespaces, 'shop')).toMatchObject({ of: 'labels', namespaces: ['shop'], labelSelector: '' });
    expect(of(nodes, 'node-1')).toBeUndefined();
  });

  it('have names for a tab and its tooltip', () => {
    const selections = [
      of(pods, 'web-1'),
      of(deployments, 'web'),
      of(namespaces, 'shop'),
      { ref, of: 'labels', namespaces: [], labelSelector: 'app=web' } as const,
      { ref, of: 'labels', namespaces: [], labelSelector: '' } as const,
    ].flatMap((selection) => selection ?? []);
    expect(selections.map(titleOf)).toEqual(['web-1', 'web', 'shop', 'app=web', 'All pods']);
    expect(selections.map(describeSelection)).toEqual([
      'Pod web-1 in shop',
      'Deployment web in shop',
      'All pods in shop',
      'Pods with app=web in all namespaces',
      'All pods in all namespaces',
    ]);
  });

  it('are the same logs whatever container is chosen', () => {
    const web = of(deployments, 'web');
    if (web !== undefined) expect(selectionKey({ ...web, container: 'proxy' })).toBe(selectionKey(web));
  });
});

describe('a selector as text', () => {
  it.each([
    [{ matchLabels: { app: 'web', tier: 'a' } }, 'app=web,tier=a'],
    [{ app: 'web' }, 'app=web'],
    [
      {
        matchLabels: { app: 'web' },
        matchExpressions: [
          { key: 'a', operator: 'In', values: ['x', 'y'] },
          { key: 'b', operator: 'NotIn', values: ['z'] },
          { key: 'c', operator: 'Exists' },
          { key: 'd', operator: 'DoesNotExist' },
          { key: 'e', operator: 'Gt', values: ['1'] },
        ],
      },
      'app=web,a in (x,y),b notin (z),c,!d',
    ],
    [{}, undefined],
    [undefined, undefined],
    ['app=web', undefined],
  ])('%j', (selector, text) => {
    expect(selectorText(selector)).toBe(text);
  });
});

describe('the kubectl of logs', () => {
  const view = { labelSelector: undefined, container: undefined, previous: false, since: '--tail=500' };
  const commands = (selection: ReturnType<typeof of>, more: object = {}) =>
    selection && commandsOf({ ...view, ...more, selection }).map(({ command }) => command);
  it('names one pod, or a selector', () => {
    expect(commands(of(pods, 'web-1'), { container: 'app', previous: true })).toEqual([
      'kubectl logs -n shop web-1 -c app --tail=500 --timestamps --previous',
      'kubectl logs -n shop web-1 --all-containers --prefix --tail=500',
    ]);
    expect(commands(of(deployments, 'web'), { labelSelector: 'app=web' })).toEqual([
      'kubectl logs -n shop -l app=web --all-containers --prefix --ignore-errors --max-log-requests=30 --tail=500 --timestamps --follow',
    ]);
  });
});

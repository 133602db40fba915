import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { execPath } from './exec-request.ts';
import { defaultContainer, isRunning, readPod } from './pod.ts';

const pod = (more: object = {}): string =>
  JSON.stringify({ metadata: {}, spec: { containers: [{ name: 'a' }, { name: 'b' }] }, ...more });

function read(text: string) {
  const view = readPod(text);
  if (view === null) throw new Error('not a pod');
  return view;
}

describe('readPod', () => {
  it('chooses the container of the annotation, else the first', () => {
    const annotations = (name: string) => ({
      metadata: { annotations: { 'kubectl.kubernetes.io/default-container': name } },
    });
    expect(defaultContainer(read(pod()))).toBe('a');
    expect(defaultContainer(read(pod(annotations('b'))))).toBe('b');
    expect(defaultContainer(read(pod(annotations('gone'))))).toBe('a');
  });

  it.each([
    [{}, true],
    [{ status: { phase: 'Running', containerStatuses: [{ name: 'a', state: { running: {} } }] } }, true],
    [{ status: { phase: 'Running', containerStatuses: [{ name: 'a', state: { terminated: {} } }] } }, false],
    [
      {
        status: {
          containerStatuses: [
            { name: 'b', state: { terminated: {} } },
            { name: 'a', state: { running: {} } },
          ],
        },
      },
      true,
    ],
    [{ status: { phase: 'Succeeded' } }, false],
    [{ status: { phase: 'Failed' } }, false],
    [{ metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } }, false],
  ])('%j runs: %s', (more, running) => {
    expect(isRunning(read(pod(more)), 'a')).toBe(running);
  });

  it.each(['', '{}', 'null', '{"kind":"Status"}', pod({ spec: { containers: [] } })])('%j is not a pod', (text) => {
    expect(readPod(text)).toBeNull();
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => void readPod(JSON.stringify(value))));
  });
});

describe('execPath', () => {
  it('escapes hostile names', () => {
    const path = execPath({ namespace: 'a/b', pod: '../../secrets?x=1#y' }, { container: 'c&command=rm', shell: 'sh' });
    const url = new URL(path, 'https://x');
    expect(url.pathname).toBe('/api/v1/namespaces/a%2Fb/pods/..%2F..%2Fsecrets%3Fx%3D1%23y/exec');
    expect(url.searchParams.getAll('container')).toEqual(['c&command=rm']);
    expect(url.searchParams.getAll('command')).toHaveLength(3);
  });
});

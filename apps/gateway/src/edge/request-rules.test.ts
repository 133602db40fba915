import { expect, it } from 'vitest';
import { noPath, refuseTarget } from './request-rules.ts';
import type { Owner } from './routes.ts';

it.each(['*', 'x:443', 'http://x/', ''])('a target that nobody owns is no path: "%s"', (target) => {
  expect(refuseTarget(target, null)).toBe(noPath);
});

it('a path of the dashboard that cannot be decoded is refused for its encoding', () => {
  expect(refuseTarget('/%ff', 'dashboard')).toMatchObject({
    status: 400,
    sentence: expect.stringContaining('encoding'),
  });
});

it.each<[Owner, string]>([
  ['kube', '/k8s/acme/prod/%ff'],
  ['api', '/api/v1/%00'],
  ['live', '/socket.io/%zz'],
  ['tunnel', '/tunnel?%'],
])('a path of %s is left to its owner, however it is encoded', (owner, target) => {
  expect(refuseTarget(target, owner)).toBeUndefined();
});

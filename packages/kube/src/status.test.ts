import { describe, expect, it } from 'vitest';
import { failure, forbidden } from './status.ts';

describe('Status', () => {
  it('has the reason of its code', () => {
    expect(failure(503, 'The agent is offline.')).toStrictEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: 'The agent is offline.',
      reason: 'ServiceUnavailable',
      code: 503,
    });
    expect(failure(502, 'x')).not.toHaveProperty('reason');
    expect(failure(504, 'x').reason).toBe('Timeout');
  });

  it.each([
    [400, 'BadRequest'],
    [401, 'Unauthorized'],
    [403, 'Forbidden'],
    [404, 'NotFound'],
    [405, 'MethodNotAllowed'],
    [406, 'NotAcceptable'],
    [413, 'RequestEntityTooLarge'],
    [429, 'TooManyRequests'],
    [500, 'InternalError'],
    [503, 'ServiceUnavailable'],
    [504, 'Timeout'],
  ])('%i is %s', (code, reason) => {
    expect(failure(code, 'x')).toMatchObject({ code, reason });
  });

  it('phrases a refusal like the apiserver', () => {
    const attempt = {
      user: 'postern:ada@example.com',
      verb: 'create',
      apiGroup: '',
      resource: 'pods',
      subresource: 'exec',
      namespace: 'shop',
      name: 'web-0',
    };
    const status = forbidden(attempt, 'your level here is viewer');
    expect(status.message).toBe(
      'pods "web-0" is forbidden: User "postern:ada@example.com" cannot create resource "pods/exec" in API group "" in the namespace "shop": your level here is viewer',
    );
    expect(status).toMatchObject({ reason: 'Forbidden', code: 403 });
    expect(status.details).toStrictEqual({ name: 'web-0', kind: 'pods' });
    const deployments = { apiGroup: 'apps', resource: 'deployments', subresource: '', namespace: '', name: '' };
    const refused = forbidden({ ...attempt, ...deployments }, 'no');
    expect(refused.details).toStrictEqual({ group: 'apps', kind: 'deployments' });
    expect(refused.message).toBe(
      'deployments.apps is forbidden: User "postern:ada@example.com" cannot create resource "deployments" in API group "apps" at the cluster scope: no',
    );
  });
});

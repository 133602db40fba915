import { describe, expect, it } from 'vitest';
import { failure, forbidden } from './status.ts';

describe('Status', () => {
  it('has the reason of its code', () => {
    expect(failure(503, 'The agent is offline.')).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: 'The agent is offline.',
      reason: 'ServiceUnavailable',
      code: 503,
    });
    expect(failure(502, 'x').reason).toBeUndefined();
    expect(failure(504, 'x').reason).toBe('Timeout');
  });

  it('words a refusal as the apiserver does', () => {
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
    expect(status).toMatchObject({ reason: 'Forbidden', code: 403, details: { name: 'web-0', kind: 'pods' } });
    expect(
      forbidden(
        { ...attempt, apiGroup: 'apps', resource: 'deployments', subresource: '', namespace: '', name: '' },
        'no',
      ).message,
    ).toBe(
      'deployments.apps is forbidden: User "postern:ada@example.com" cannot create resource "deployments" in API group "apps" at the cluster scope: no',
    );
  });
});

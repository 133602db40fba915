import { describe, expect, it } from 'vitest';
import { locationOf } from './location.ts';

describe('locationOf', () => {
  it.each(['/', '/sign-in', '/sign-up', '/account/reset-password', '/join', '/gallery'])(
    '%s belongs to no organization',
    (path) => {
      expect(locationOf(path).organization).toBeUndefined();
    },
  );
  it('parses the pages of an organization', () => {
    expect(locationOf('/acme')).toMatchObject({ organization: 'acme', page: undefined, cluster: undefined });
    expect(locationOf('/acme/tokens')).toMatchObject({ organization: 'acme', page: 'tokens' });
  });
  it('parses clusters, kinds and objects', () => {
    expect(locationOf('/acme/clusters/demo')).toMatchObject({ cluster: 'demo', resource: undefined, page: undefined });
    expect(locationOf('/acme/clusters/demo/r/deployments.apps/-/a%3Ab')).toMatchObject({
      cluster: 'demo',
      resource: 'deployments.apps',
      namespace: '-',
      object: 'a:b',
    });
  });
  it('accepts a malformed escape', () => expect(locationOf('/acme/clusters/%E0%A4%A').cluster).toBe('%E0%A4%A'));
});

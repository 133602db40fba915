import { globSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { kindWord } from '#features/kinds/kind-words.ts';
import { redirected } from './redirects.ts';
import { matchRoute, routes } from './routes.ts';

const app = join(import.meta.dirname, '../../app');

describe('the pages', () => {
  it('are the same for a first load, which Next routes, and for moves, which the browser does', () => {
    const files = globSync('**/page.tsx', { cwd: app }).map(
      (file) => `/${file.replace(/\/?page\.tsx$/, '').replace(/\[(\w+)\]/g, ':$1')}`,
    );
    expect(files.sort()).toEqual(
      Object.values(routes)
        .map(({ path }) => path)
        .sort(),
    );
  });

  it.each([
    ['/', 'home', 'Postern'],
    ['/sign-in', 'sign-in', 'Sign in · Postern'],
    ['/account/reset-password', 'account-link', 'Account · Postern'],
    ['/acme', 'clusters', 'Clusters · Postern'],
    ['/acme/tokens', 'tokens', 'API tokens · Postern'],
    ['/acme/access', 'access', 'Access · Postern'],
    ['/acme/requests', 'requests', 'Access requests · Postern'],
    ['/acme/requests/new', 'new-request', 'Request access · Postern'],
    ['/acme/audit', 'audit', 'Audit · Postern'],
    ['/join', 'join', 'Invitation · Postern'],
    ['/acme/members', 'members', 'Members · Postern'],
    ['/acme/teams', 'teams', 'Teams · Postern'],
    ['/acme/service-accounts', 'service-accounts', 'Service accounts · Postern'],
    ['/acme/settings', 'settings', 'Settings · Postern'],
    ['/acme/clusters/demo', 'overview', 'demo · Postern'],
    ['/acme/clusters/demo/r/deployments.apps', 'table', 'Deployments · demo · Postern'],
    ['/acme/clusters/demo/r/crds/-/a%2Fb', 'object', 'a/b · Crds · demo · Postern'],
  ])('%s shows %s', (path, name, title) => {
    expect(matchRoute(path)).toEqual({ name, title });
  });

  it('spells kinds in titles as it is told', () => {
    expect(matchRoute('/acme/clusters/demo/r/cronjobs.batch', kindWord)?.title).toBe('CronJobs · demo · Postern');
  });

  it.each(['/acme/nothing', '/acme/sessions/1', '/acme/clusters/demo/x', '/sign-in/x', '/acme/', '/%', '/_not-found'])(
    '%s shows none',
    (path) => {
      expect(matchRoute(path)).toBeUndefined();
    },
  );
});

describe('a shortened URL', () => {
  it.each([
    ['/acme/clusters', '/acme'],
    ['/acme/clusters/demo/r', '/acme/clusters/demo'],
    ['/acme/clusters/demo/r/nodes/-?q=x#y', '/acme/clusters/demo/r/nodes?q=x#y'],
    ['/acme/clusters/demo/r/pods/shop?ns=other&q=x', '/acme/clusters/demo/r/pods?ns=shop&q=x'],
    ['/a%26b/clusters/c%2Fd/r/pods/e%26f', '/a%26b/clusters/c%2Fd/r/pods?ns=e%26f'],
    ['/acme/clusters/demo', '/acme/clusters/demo'],
  ])('%s leads to %s', (from, to) => {
    expect(redirected(new URL(from, 'https://here.example')).href).toBe(`https://here.example${to}`);
  });
});

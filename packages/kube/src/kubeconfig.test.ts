import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { renderKubeconfig } from './kubeconfig.ts';

const base = { server: 'https://gw:8443/k8s/acme/prod', caPem: 'PEM', contextName: 'acme-prod' };

describe('renderKubeconfig', () => {
  it('points one context at the gateway', () => {
    const config = parse(renderKubeconfig({ ...base, namespace: 'shop', user: { token: 'postern_1_2' } }));
    expect(config).toMatchObject({ apiVersion: 'v1', kind: 'Config', 'current-context': 'acme-prod' });
    expect(config.clusters).toEqual([
      {
        name: 'acme-prod',
        cluster: { server: base.server, 'certificate-authority-data': Buffer.from('PEM').toString('base64') },
      },
    ]);
    expect(config.users).toEqual([{ name: 'acme-prod', user: { token: 'postern_1_2' } }]);
    expect(config.contexts).toEqual([
      { name: 'acme-prod', context: { cluster: 'acme-prod', user: 'acme-prod', namespace: 'shop' } },
    ]);
  });

  it('omits the CA if a public one is used', () => {
    const config = parse(renderKubeconfig({ ...base, caPem: null, user: { token: 't' } }));
    expect(config.clusters[0].cluster).toEqual({ server: base.server });
  });

  it('gets credentials from the CLI', () => {
    const user = {
      exec: { command: 'postern', args: ['credential', '--cluster', 'prod'], env: { POSTERN_HOME: '/x' } },
    };
    const { exec } = parse(renderKubeconfig({ ...base, user })).users[0].user;
    expect(exec).toMatchObject({
      apiVersion: 'client.authentication.k8s.io/v1',
      command: 'postern',
      args: ['credential', '--cluster', 'prod'],
      env: [{ name: 'POSTERN_HOME', value: '/x' }],
      interactiveMode: 'IfAvailable',
      provideClusterInfo: false,
      installHint: expect.stringContaining('The program "postern"'),
    });
  });

  it.each([
    'x\nusers:\n- name: y\n  user:\n    exec:\n      command: sh',
    '"\nexec: {}',
    '&a *a',
    '!!js/function x',
    '{{',
    'yes',
    "'",
    '# c',
  ])('escapes %j', (hostile) => {
    const config = parse(
      renderKubeconfig({
        server: hostile,
        caPem: null,
        contextName: hostile,
        namespace: hostile,
        user: { token: hostile },
      }),
    );
    expect(Object.keys(config)).toEqual(['apiVersion', 'kind', 'clusters', 'users', 'contexts', 'current-context']);
    expect(config.users).toEqual([{ name: hostile, user: { token: hostile } }]);
    expect(config.clusters).toEqual([{ name: hostile, cluster: { server: hostile } }]);
    expect(config['current-context']).toBe(hostile);
  });
});

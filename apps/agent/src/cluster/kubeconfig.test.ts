import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../test/temporary-folder.ts';
import { kubeconfigEndpoint } from './kubeconfig.ts';

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder[Symbol.dispose]());

function write(name: string, config: { cluster?: object; user?: object; current?: string; context?: string }): string {
  const path = join(folder.path, name);
  const context = config.context ?? 'x';
  writeFileSync(
    path,
    JSON.stringify({
      clusters: [{ name: context, cluster: { server: 'https://k.example.com:6443', ...config.cluster } }],
      users: [{ name: context, user: { token: 'abc', ...config.user } }],
      contexts: [{ name: context, context: { cluster: context, user: context } }],
      'current-context': config.current ?? context,
    }),
  );
  return path;
}

describe('kubeconfigEndpoint', () => {
  it('reads server, authority and token', async () => {
    const file = write('a', { cluster: { 'certificate-authority-data': Buffer.from('PEM').toString('base64') } });
    const { endpoint, context } = kubeconfigEndpoint(file, undefined);
    expect(context).toBe('x');
    expect(endpoint.server.href).toBe('https://k.example.com:6443/');
    expect(endpoint.ca?.toString()).toBe('PEM');
    expect(endpoint.skipVerification).toBe(false);
    expect(await endpoint.authenticate()).toEqual({ authorization: 'Bearer abc' });
  });

  it('resolves relative paths from its own folder', async () => {
    writeFileSync(join(folder.path, 'ca.pem'), 'CA');
    writeFileSync(join(folder.path, 'client.pem'), 'CERT');
    const file = write('a', {
      cluster: { 'certificate-authority': 'ca.pem' },
      user: { 'client-certificate': 'client.pem' },
    });
    const { endpoint } = kubeconfigEndpoint(file, undefined);
    expect(endpoint.ca?.toString()).toBe('CA');
    expect((await endpoint.authenticate()).cert?.toString()).toBe('CERT');
  });

  it('runs an exec plugin once, until its credential is refused', async () => {
    const plugin = join(folder.path, 'plugin.sh');
    const count = join(folder.path, 'count');
    const credential = {
      apiVersion: 'client.authentication.k8s.io/v1',
      kind: 'ExecCredential',
      status: { token: 'from-plugin' },
    };
    writeFileSync(
      plugin,
      `#!/bin/sh\necho "$KUBERNETES_EXEC_INFO" >> ${count}\necho '${JSON.stringify(credential)}'\n`,
    );
    chmodSync(plugin, 0o755);
    const file = write('a', {
      user: { token: undefined, exec: { apiVersion: 'client.authentication.k8s.io/v1', command: plugin, args: [] } },
    });
    const { endpoint } = kubeconfigEndpoint(file, undefined);
    expect(await endpoint.authenticate()).toEqual({ authorization: 'Bearer from-plugin' });
    await endpoint.authenticate();
    endpoint.forget();
    await endpoint.authenticate();
    const infos = readFileSync(count, 'utf8').trim().split('\n');
    expect(infos).toHaveLength(2);
    expect(JSON.parse(infos[0]!)).toMatchObject({ kind: 'ExecCredential', spec: { interactive: false } });
  });

  it('reads a token file again after the token was refused', async () => {
    const token = join(folder.path, 'token');
    writeFileSync(token, 'one\n');
    const file = write('a', { user: { token: undefined, tokenFile: 'token' } });
    const { endpoint } = kubeconfigEndpoint(file, undefined);
    expect(await endpoint.authenticate()).toEqual({ authorization: 'Bearer one' });
    writeFileSync(token, 'two\n');
    endpoint.forget();
    expect(await endpoint.authenticate()).toEqual({ authorization: 'Bearer two' });
  });

  it('merges files as kubectl does: the first one wins', () => {
    const first = write('a', { context: 'one', cluster: { server: 'https://one.example.com' } });
    const second = write('b', { context: 'two', cluster: { server: 'https://two.example.com' } });
    const both = [first, second].join(delimiter);
    expect(kubeconfigEndpoint(both, undefined).context).toBe('one');
    expect(kubeconfigEndpoint(both, 'two').endpoint.server.host).toBe('two.example.com');
  });

  it.each<[string, Parameters<typeof write>[1], string | undefined, RegExp]>([
    ['a context that is not there', {}, 'nope', /no context "nope". It has: x\./],
    ['plain http elsewhere', { cluster: { server: 'http://k.example.com' } }, undefined, /not https/],
    ['a server that is no URL', { cluster: { server: 'k' } }, undefined, /not a URL/],
    ['a user that impersonates', { user: { as: 'root' } }, undefined, /impersonates/],
    [
      'a provider that kubectl dropped',
      { user: { token: undefined, 'auth-provider': { name: 'gcp' } } },
      undefined,
      /gcp/,
    ],
    ['a missing authority', { cluster: { 'certificate-authority': 'gone.pem' } }, undefined, /cannot be read/],
  ])('says what is wrong with %s', (_what, config, context, sentence) => {
    expect(() => kubeconfigEndpoint(write('a', config), context)).toThrow(sentence);
  });

  it('says what is wrong with a file that is not a kubeconfig', () => {
    const path = join(folder.path, 'broken');
    writeFileSync(path, 'clusters: [{}]\n  token: secret\n  x: {');
    expect(() => kubeconfigEndpoint(path, undefined)).toThrow(/not a kubeconfig(?!.*secret)/s);
    expect(() => kubeconfigEndpoint(join(folder.path, 'gone'), undefined)).toThrow(/cannot be read/);
  });
});

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { selfSigned, testCertificate } from '@postern/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { ConfigurationError, readConfig, variables } from './config.ts';

let folder: string;
let environment: Record<string, string>;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'postern-config-'));
  writeFileSync(join(folder, 'secret'), 'x'.repeat(32));
  writeFileSync(join(folder, 'short'), 'x'.repeat(31));
  environment = {
    POSTERN_PUBLIC_URL: 'https://postern.example.com/',
    POSTERN_DATABASE_URL: 'postgres://a:b@localhost/c',
    POSTERN_SECRET_FILE: join(folder, 'secret'),
  };
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A row of the page: required variables are marked, an empty default is left blank. */
function row(name: string, schema: z.ZodType): string {
  const missing = schema.safeParse(undefined);
  const value = missing.success ? (missing.data ?? '') : 'required';
  const shown = value === 'required' ? '**required**' : String(value) === '' ? '' : `\`${String(value)}\``;
  return `| \`${name}\` | ${shown} | ${schema.description} |`;
}

describe('docs/configuration.md', () => {
  it('lists every variable', () => {
    const page = readFileSync(new URL('../../../docs/configuration.md', import.meta.url), 'utf8');
    const rows = page.split('\n').filter((line) => line.startsWith('| `POSTERN_'));
    expect(rows).toEqual(Object.entries(variables).map(([name, schema]) => row(name, schema)));
  });
});

describe('the configuration', () => {
  it('fills in the defaults', () => {
    expect(readConfig(environment)).toMatchObject({
      publicOrigin: 'https://postern.example.com',
      listen: { host: '127.0.0.1', port: 8443 },
      tls: undefined,
      ca: null,
      local: null,
      drainMs: 30_000,
    });
    const local = { POSTERN_LOCAL: 'true', POSTERN_DEMO: 'true', POSTERN_LOCAL_CLUSTERS: 'a,b' };
    expect(readConfig({ ...environment, ...local }).local).toEqual({ demo: true, clusters: ['a', 'b'] });
    expect(readConfig({ ...environment, POSTERN_LOCAL: 'true', POSTERN_LOCAL_CLUSTERS: '' }).local).toEqual({
      demo: false,
      clusters: [],
    });
  });

  it('reads the networks of load balancers', () => {
    expect(readConfig(environment).proxies).toEqual({ trusted: [], source: 'connection' });
    const given = { POSTERN_TRUSTED_PROXIES: '10.0.0.0/8, 2001:db8::/32,', POSTERN_CLIENT_ADDRESS: 'proxy-protocol' };
    expect(readConfig({ ...environment, ...given }).proxies).toEqual({
      trusted: ['10.0.0.0/8', '2001:db8::/32'],
      source: 'proxy-protocol',
    });
  });

  it.each<[Record<string, string | undefined>, RegExp]>([
    [{ POSTERN_TRUSTED_PROXIES: 'lb.example.com' }, /^POSTERN_TRUSTED_PROXIES: networks in CIDR notation/],
    [{ POSTERN_CLIENT_ADDRESS: 'forwarded' }, /^POSTERN_CLIENT_ADDRESS: /],
    [{ POSTERN_CLIENT_ADDRESS: 'x-forwarded-for' }, /set POSTERN_TRUSTED_PROXIES to the networks/],
    [{ POSTERN_PUBLIC_URL: undefined }, /^POSTERN_PUBLIC_URL is not set\. See docs/],
    [{ POSTERN_PUBLIC_URL: 'http://postern.example.com' }, /^POSTERN_PUBLIC_URL: an https/],
    [{ POSTERN_PUBLIC_URL: 'https://postern.example.com/path' }, /^POSTERN_PUBLIC_URL: an origin/],
    [{ POSTERN_PUBLIC_URL: 'https://user@postern.example.com' }, /^POSTERN_PUBLIC_URL: an origin/],
    [{ POSTERN_DATABASE_URL: 'mysql://x' }, /^POSTERN_DATABASE_URL: a postgres/],
    [{ POSTERN_PORT: '65536' }, /^POSTERN_PORT: /],
    [{ POSTERN_DRAIN_SECONDS: 'soon' }, /^POSTERN_DRAIN_SECONDS: /],
    [{ POSTERN_LOCAL: 'perhaps' }, /^POSTERN_LOCAL: /],
    [{ POSTERN_LOCAL_CLUSTERS: 'A b' }, /^POSTERN_LOCAL_CLUSTERS: /],
    [{ POSTERN_AGENT_IMAGE: 'x\nimage: y' }, /^POSTERN_AGENT_IMAGE: /],
    [{ POSTERN_TLS_CERT_FILE: '/x' }, /go together/],
    [{ POSTERN_SECRET_FILE: '/nowhere/at/all' }, /POSTERN_SECRET_FILE: .* cannot be read \(ENOENT\)/],
  ])('refuses %j with a message', (change, sentence) => {
    const broken = Object.fromEntries(
      Object.entries({ ...environment, ...change }).filter(([, value]) => value !== undefined),
    );
    expect(() => readConfig(broken)).toThrow(ConfigurationError);
    expect(() => readConfig(broken)).toThrow(sentence);
  });

  it('accepts a certificate with its key, and refuses anything else before it listens', async () => {
    const [own, other] = [await testCertificate(), await selfSigned()];
    const file = (name: string, text: string): string => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    };
    const tlsOf = (cert: string, key: string) => ({
      ...environment,
      POSTERN_TLS_CERT_FILE: file('tls.crt', cert),
      POSTERN_TLS_KEY_FILE: file('tls.key', key),
    });
    const ca = file('ca.crt', own.cert);
    expect(readConfig({ ...tlsOf(own.cert, own.key), POSTERN_CA_FILE: ca })).toMatchObject({
      tls: own,
      ca: { pem: own.cert, file: ca },
    });
    for (const broken of [tlsOf(own.cert, other.key), tlsOf('x', own.key), tlsOf(own.cert, 'x')]) {
      expect(() => readConfig(broken)).toThrow(ConfigurationError);
      expect(() => readConfig(broken)).toThrow(/are not a certificate and its key in PEM \(/);
    }
    const noAuthority = { ...environment, POSTERN_CA_FILE: file('not-a.crt', 'x') };
    expect(() => readConfig(noAuthority)).toThrow(/^POSTERN_CA_FILE: .* holds no certificate in PEM/);
  });

  it('refuses a secret that is too short', () => {
    expect(() => readConfig({ ...environment, POSTERN_SECRET_FILE: join(folder, 'short') })).toThrow(/fewer than 32/);
  });
});

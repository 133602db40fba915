import assert from 'node:assert/strict';
import {
  checkIdentity,
  claimsIdentity,
  type HeaderPairs,
  passRequestHeaders,
  passUpgradeRequestHeaders,
  renderKubeconfig,
} from '@postern/kube';
import { parse } from 'yaml';
import { mutateText } from '../mutate.ts';
import type { Random } from '../random.ts';
import { type PureTarget, printable } from '../target.ts';

const names = [
  ...[
    'accept',
    'Connection',
    'connection',
    'Impersonate-User',
    'impersonate_group',
    'X-Remote-User',
    'x_remote_extra_a',
  ],
  ...[
    'cookie',
    'authorization',
    'te',
    'transfer-encoding',
    'content-length',
    'upgrade',
    'user-agent',
    '__proto__',
    'range',
  ],
  ...['sec-websocket-protocol', 'kubectl-session', 'x-forwarded-for', 'constructor', 'proxy-authorization', 'trailer'],
];
const values = [
  ...[
    'close',
    'close, Impersonate-User',
    'accept, user-agent',
    'x',
    '',
    'a\r\nImpersonate-User: system:admin',
    'a\0b',
    'é',
    'Ā',
  ],
  ...['v5.channel.k8s.io, base64url.bearer.authorization.k8s.io.abc', 'chunked', '1, 2', 'system:masters'],
];

/** Headers for the cluster: no identity, credential or hop-by-hop header gets through, and no line break. */
export const headerSanitiser: PureTarget<HeaderPairs> = {
  kind: 'pure',
  name: 'header-sanitiser',
  weight: 10,
  make: (random) =>
    Array.from(
      { length: random.int(1, 8) },
      () => [odd(random, names), odd(random, values)] satisfies [string, string],
    ),
  describe: (headers) => printable(JSON.stringify(headers)),
  check: (headers) => {
    const named = headers
      .filter(([name]) => name.toLowerCase() === 'connection')
      .flatMap(([, value]) => value.split(',').map((token) => token.trim().toLowerCase()));
    for (const pass of [passRequestHeaders, passUpgradeRequestHeaders]) {
      const passed = pass(headers);
      assert.ok(passed.length <= headers.length);
      assert.ok(!claimsIdentity(passed));
      for (const [name, value] of passed) {
        assert.match(name, /^[a-z][a-z0-9-]*$/);
        assert.doesNotMatch(
          name,
          /^(?:cookie|authorization|proxy-.*|connection|upgrade|te|trailer|transfer-encoding|x-.*user.*)$/,
        );
        assert.ok(!named.includes(name), 'a header that Connection names');
        assert.doesNotMatch(value, /[\r\n\0]|[^\t\x20-\xff]/);
        // Only there the apiserver takes it for a credential.
        if (name === 'sec-websocket-protocol')
          assert.doesNotMatch(value, /(?:^|,)\s*base64url\.bearer\.authorization\.k8s\.io\./);
      }
      assert.deepEqual(pass(passed), passed, 'passing them again changes nothing');
    }
  },
};

interface Fields {
  server: string;
  contextName: string;
  namespace: string;
  token: string;
}
const texts = [
  ...[
    'https://postern.example.com/k8s/acme/prod',
    'acme-prod',
    'a\n    exec:\n      command: sh',
    '"',
    "'",
    '- x',
    '{}',
    '!!js x',
  ],
  ...[
    '&a *a',
    '# x',
    '%YAML 1.1',
    '---\nkind: Evil',
    'null',
    '~',
    'yes',
    '1e3',
    '0x1f',
    '\u2028',
    '\u0085',
    '\ufeff',
    ': ',
    ' x ',
  ],
];

/** A kubeconfig with hostile values: the expected keys and nothing else, and each value as it was given. */
export const kubeconfigWriter: PureTarget<Fields> = {
  kind: 'pure',
  name: 'kubeconfig-writer',
  weight: 2,
  make: (random) => ({
    server: odd(random, texts),
    contextName: odd(random, texts),
    namespace: odd(random, texts),
    token: odd(random, texts),
  }),
  describe: (fields) => printable(JSON.stringify(fields)),
  check: ({ server, contextName: name, namespace, token }) => {
    const text = renderKubeconfig({ server, caPem: null, contextName: name, namespace, user: { token } });
    assert.deepEqual(parse(text), {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name, cluster: { server } }],
      users: [{ name, user: { token } }],
      contexts: [{ name, context: { cluster: name, user: name, namespace } }],
      'current-context': name,
    });
  },
};

const users = ['postern:ada@example.com', 'postern:service-account:ci', 'system:admin', 'bob', 'postern:system:x'];
const groups = ['postern:admin', 'oidc:devs', 'system:masters', 'postern:team:a', 'system%3Amasters', 'SYSTEM:x'];
const rules = { groups: { names: ['ops'], prefixes: ['oidc:', 'postern:team:', 'a'] }, impersonation: true };

/** Identities, under the most lenient rules: what is accepted is one line of ASCII, and never resembles the system. */
export const identities: PureTarget<{ user: string; groups: string[]; impersonatedBy?: string }> = {
  kind: 'pure',
  name: 'identities',
  weight: 8,
  make: (random) => ({
    user: odd(random, users),
    groups: Array.from({ length: random.int(0, 4) }, () => odd(random, groups)),
    ...(random.chance(0.5) ? { impersonatedBy: odd(random, users) } : {}),
  }),
  describe: (identity) => printable(JSON.stringify(identity)),
  check: (identity) => {
    if (checkIdentity(identity, rules) !== undefined) return;
    for (const name of [identity.user, identity.impersonatedBy ?? identity.user, ...identity.groups]) {
      assert.match(name, /^[\x21-\x7e]+$/);
      assert.doesNotMatch(decodeURIComponentSafely(name).toLowerCase(), /^(?:postern:)?system:/);
    }
    if (identity.impersonatedBy === undefined) assert.match(identity.user, /^postern:/);
    for (const group of identity.groups) {
      assert.match(group, /^(?:postern:(?:admin|editor|viewer)|postern:team:[a-z0-9-]+|ops|oidc:.*|a.*)$/);
    }
  },
};

function decodeURIComponentSafely(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const odd = (random: Random, from: readonly string[]): string =>
  random.chance(0.4) ? mutateText(random, random.pick(from)).toWellFormed() : random.pick(from);

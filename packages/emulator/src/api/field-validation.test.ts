import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Emulator, startEmulator } from '../emulator.ts';
import type { KubeObject } from '../model/object.ts';
import { shapeOfType } from '../schema/shape.ts';
import { type Answer, ask } from '../test/client.ts';
import { fieldProblems } from './field-problems.ts';
import { propertiesOfValue } from './property-path.ts';

// The messages are those of kube-apiserver v1.33.4 for the same requests.
let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator({ shell: 'off' });
});
afterAll(() => emulator.close());

const DEPLOYMENTS = '/apis/apps/v1/namespaces/shop/deployments';
const CONFIG_MAPS = '/api/v1/namespaces/shop/configmaps';
const BACKUPS = '/apis/demo.postern.dev/v1/namespaces/shop/backups';
const decoding = (kind: string) => `${kind} in version "v1" cannot be handled as a ${kind}: strict decoding error: `;

interface Sent {
  method?: string;
  type?: string;
  /** `Strict`, `Warn` …; null for none. */
  directive?: string | null;
}

function send(
  path: string,
  text: string,
  { method = 'POST', type = 'application/json', directive = 'Strict' }: Sent = {},
) {
  const query = `dryRun=All&fieldManager=test${directive === null ? '' : `&fieldValidation=${directive}`}`;
  const headers = { 'content-type': type };
  return ask(emulator, `${path}?${query}`, { method, headers, body: Buffer.from(text) });
}

const patch = (kind: string, text: string, directive: string | null = 'Strict') =>
  send(`${DEPLOYMENTS}/frontend`, text, { method: 'PATCH', type: `application/${kind}`, directive });

const said = ({ status, json }: Answer) => ({ status, message: json.message });

/** A deployment as JSON text. @param spec more fields of its spec. @param containers more containers. */
const deployment = (spec = '', containers = '') =>
  `{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"x","labels":{"a":"b"}},"spec":{${spec}"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}${containers}]}}}}`;

describe('Strict', () => {
  it.each([
    [
      'unknown fields, in the order of the text',
      deployment('"replcas":1,"zz":{"a":1},"replicas":1,'),
      'unknown field "spec.replcas", unknown field "spec.zz"',
    ],
    [
      'unknown fields of items',
      deployment('', ',{"name":"d","imagge":"i","livenessProbe":{"httpGets":{}}}'),
      'unknown field "spec.template.spec.containers[1].imagge", unknown field "spec.template.spec.containers[1].livenessProbe.httpGets"',
    ],
    [
      'unknown fields around the spec',
      deployment().replace('"name":"x"', '"name":"x","foo":1').replace(/}$/, ',"top":1}'),
      'unknown field "metadata.foo", unknown field "top"',
    ],
    [
      'fields given twice',
      deployment('"replicas":1,"replicas":2,"foo":1,"foo":2,').replace('"a":"b"', '"a":"b","a":"c"'),
      'duplicate field "metadata.labels.a", duplicate field "spec.replicas", unknown field "spec.foo"',
    ],
    ['names in another case', deployment('"Replicas":1,'), 'unknown field "spec.Replicas"'],
    ['unknown fields without a value', deployment('"foo":null,'), 'unknown field "spec.foo"'],
    [
      'a misspelt required field',
      deployment().replace('"containers"', '"contaners"'),
      'unknown field "spec.template.spec.contaners"',
    ],
  ])('refuses %s', async (_, text, problems) => {
    expect(said(await send(DEPLOYMENTS, text))).toEqual({
      status: 400,
      message: `${decoding('Deployment')}${problems}`,
    });
  });

  it('refuses YAML with unknown fields, and keys given twice by their lines', async () => {
    const yaml = (...data: string[]) =>
      ['apiVersion: v1', 'kind: ConfigMap', 'metadata:', '  name: x', ...data].join('\n');
    const type = 'application/yaml';
    const twice = yaml('data:', '  a: b', '  a: c', '  d: e', '  d: f', 'foo: 1');
    const lines = 'line 7: key "a" already set in map\n  line 9: key "d" already set in map';
    expect(said(await send(CONFIG_MAPS, twice, { type }))).toEqual({
      status: 400,
      message: `${decoding('ConfigMap')}yaml: unmarshal errors:\n  ${lines}, unknown field "foo"`,
    });
    const warned = await send(CONFIG_MAPS, twice, { type, directive: 'Warn' });
    expect(warned.status).toBe(201);
    expect(warned.json.data).toEqual({ a: 'c', d: 'f' });
    expect(warned.headers['warning']).toBe(
      '299 - "line 7: key \\"a\\" already set in map", 299 - "line 9: key \\"d\\" already set in map", 299 - "unknown field \\"foo\\""',
    );
  });

  it('names a wrong type rather than an unknown field', async () => {
    const { status, json } = await send(DEPLOYMENTS, deployment('"replcas":1,"replicas":"a",'));
    expect(status).toBe(400);
    expect(json.message).not.toContain('strict decoding error');
  });

  it('refuses an update, and one of a scale', async () => {
    const { text } = await ask(emulator, `${DEPLOYMENTS}/frontend`);
    const wrong = text.replace('"spec":{', '"spec":{"replcas":1,');
    expect(said(await send(`${DEPLOYMENTS}/frontend`, text, { method: 'PUT' })).status).toBe(200);
    expect(said(await send(`${DEPLOYMENTS}/frontend`, wrong, { method: 'PUT' }))).toEqual({
      status: 400,
      message: `${decoding('Deployment')}unknown field "spec.replcas"`,
    });
    const scale =
      '{"apiVersion":"autoscaling/v1","kind":"Scale","metadata":{"name":"frontend"},"spec":{"replcas":1,"replicas":1}}';
    expect(said(await send(`${DEPLOYMENTS}/frontend/scale`, scale, { method: 'PUT' }))).toEqual({
      status: 400,
      message: `${decoding('Scale')}unknown field "spec.replcas"`,
    });
  });

  it.each([
    ['strategic-merge-patch+json', '{"spec":{"replcas":1}}', 'unknown field "spec.replcas"'],
    [
      'strategic-merge-patch+json',
      '{"spec":{"replicas":1,"replicas":2,"foo":{"b":1,"a":["x"]}}}',
      'duplicate field "spec.replicas", unknown field "spec.foo"',
    ],
    [
      'merge-patch+json',
      '{"spec":{"replicas":1,"replicas":2,"foo":1}}',
      'duplicate field "spec.replicas", unknown field "spec.foo"',
    ],
    [
      'json-patch+json',
      '[{"op":"add","op":"add","path":"/spec/foo","value":1,"x":1}]',
      'json patch duplicate field "[0].op", json patch unknown field "[0].x", unknown field "spec.foo"',
    ],
  ])('refuses a %s', async (kind, text, problems) => {
    const { status, json } = await patch(kind, text);
    expect({ status, kind: json.details.causes[0].reason }).toEqual({ status: 422, kind: 'FieldValueInvalid' });
    expect(json.message).toMatch(/^ "" is invalid: patch: Invalid value: "/);
    expect(json.message.endsWith(`": strict decoding error: ${problems}`), json.message).toBe(true);
  });

  it('shows a strategic patch as Go does', async () => {
    const { json } = await patch('strategic-merge-patch+json', '{"spec":{"foo":{"b":1,"a":["x",null]},"c":true}}');
    expect(json.message).toContain('Invalid value: "map[spec:map[c:true foo:map[a:[x <nil>] b:1]]]": strict');
  });

  it('holds for custom resources, by their own schema', async () => {
    const backup =
      '{"apiVersion":"demo.postern.dev/v1","kind":"Backup","metadata":{"name":"x","foo":1},"spec":{"retention":"7d","retension":1},"top":1}';
    expect(said(await send(BACKUPS, backup))).toEqual({
      status: 400,
      message: `${decoding('Backup')}unknown field "metadata.foo", unknown field "spec.retension", unknown field "top"`,
    });
  });
});

it.each(['Warn', null])('warns with %s', async (directive) => {
  const created = await send(DEPLOYMENTS, deployment('"replcas":1,"replicas":1,"replicas":2,'), { directive });
  expect(created.status).toBe(201);
  expect(created.headers['warning']).toBe(
    '299 - "unknown field \\"spec.replcas\\"", 299 - "duplicate field \\"spec.replicas\\""',
  );
  const patched = await patch('merge-patch+json', '{"spec":{"replcas":1,"replicas":1,"replicas":2}}', directive);
  expect(patched.status).toBe(200);
  expect(patched.headers['warning']).toBe(
    '299 - "duplicate field \\"spec.replicas\\"", 299 - "unknown field \\"spec.replcas\\""',
  );
});

it('survives any number of unknown fields with any names', async () => {
  const many = Array.from({ length: 100_000 }, (_, index) => `"é\\n${index}":1,`).join('');
  const started = performance.now();
  const warned = await send(DEPLOYMENTS, deployment(many), { directive: 'Warn' });
  expect(warned.status).toBe(201);
  expect(String(warned.headers['warning']).length).toBeLessThan(16_000);
  expect(warned.headers['warning']).toContain('unknown field');
  const refused = await send(DEPLOYMENTS, deployment(many));
  expect(refused.status).toBe(400);
  expect(refused.json.message.match(/unknown field/g)).toHaveLength(100);
  expect(performance.now() - started).toBeLessThan(10_000);
});

it('ignores with Ignore, and refuses any other directive', async () => {
  const text = deployment('"replcas":1,"replicas":1,"replicas":2,');
  const ignored = await send(DEPLOYMENTS, text, { directive: 'Ignore' });
  expect(ignored.status).toBe(201);
  expect(ignored.headers['warning']).toBeUndefined();
  expect((await patch('merge-patch+json', '{"spec":{"replcas":1}}', 'Ignore')).status).toBe(200);
  expect(said(await send(DEPLOYMENTS, text, { directive: 'strict' }))).toEqual({
    status: 422,
    message:
      'CreateOptions.meta.k8s.io "" is invalid: fieldValidation: Unsupported value: "strict": supported values: "", "Ignore", "Strict", "Warn"',
  });
});

describe('server-side apply', () => {
  const applied = (spec: string) =>
    `{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"frontend"},"spec":${spec}}`;

  it.each(['Strict', 'Ignore', null])('refuses fields that no schema declares, with %s', async (directive) => {
    expect(said(await patch('apply-patch+yaml', applied('{"b":1,"a":2}'), directive))).toEqual({
      status: 500,
      message:
        'failed to create typed patch object (/frontend; apps/v1, Kind=Deployment): .spec.a: field not declared in schema',
    });
  });

  it('refuses keys given twice if it is strict', async () => {
    const text =
      'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: frontend}\nspec:\n  replicas: 1\n  replicas: 2\n';
    expect(said(await patch('apply-patch+yaml', text))).toEqual({
      status: 400,
      message:
        'error strict decoding YAML: error converting YAML to JSON: yaml: unmarshal errors:\n  line 6: key "replicas" already set in map',
    });
    expect((await patch('apply-patch+yaml', text, 'Ignore')).json.spec.replicas).toBe(2);
  });
});

it('knows every field of the demo’s own objects, so that each can be sent back', async () => {
  const groups = [
    '/api/v1',
    ...(await ask(emulator, '/apis')).json.groups.map(
      (group: never) => `/apis/${group['preferredVersion']['groupVersion']}`,
    ),
  ];
  let seen = 0;
  for (const group of groups) {
    const { resources } = (await ask(emulator, group)).json;
    for (const { name, kind, verbs } of resources) {
      const shape = shapeOfType(kind);
      if (shape === undefined || name.includes('/') || !verbs.includes('list')) continue;
      const { items } = (await ask(emulator, `${group}/${name}`)).json as { items: KubeObject[] };
      for (const item of items)
        expect(fieldProblems(propertiesOfValue(item), shape), `${kind} ${item.metadata.name}`).toEqual([]);
      seen += items.length;
    }
  }
  expect(seen).toBeGreaterThan(100);
});

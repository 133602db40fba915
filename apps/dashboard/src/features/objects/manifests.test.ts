import { describe, expect, it } from 'vitest';
import { KubeError, kubeErrorOf } from '#features/kube/kube-error.ts';
import { fieldCauses, placeRefusals, refusedIn } from './field-problems.ts';
import { readManifests, syntaxProblems } from './manifests.ts';

const deployment = `# a comment
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  labels:
    app: web
    app.kubernetes.io/name: web
spec:
  replicas: 2
  template:
    spec:
      containers:
        - name: a
          image: x
        - name: b
          image: y
          env: [{name: K, value: v}]
`;

describe('documents of a text', () => {
  it('are read in order, with their lines', () => {
    const found = readManifests(`---\n# only a comment\n---\n\nkind: A\n---\n{"kind": "B"}\n---\n---\nkind: C\n`);
    expect(found.map(({ line, object }) => [line, object])).toEqual([
      [5, { kind: 'A' }],
      [7, { kind: 'B' }],
      [10, { kind: 'C' }],
    ]);
    expect(readManifests('')).toEqual([]);
    expect(readManifests('\n# nothing\n')).toEqual([]);
  });
  it('include the items of a list', () => {
    const found = readManifests('apiVersion: v1\nkind: List\nitems:\n- kind: A\n- kind: B\n  x: 1\n---\nkind: C\n');
    expect(found.map(({ line, object }) => [line, object])).toEqual([
      [4, { kind: 'A' }],
      [5, { kind: 'B', x: 1 }],
      [8, { kind: 'C' }],
    ]);
    expect(found[1]?.find('x').line).toBe(6);
  });
  it('keep their errors to themselves', () => {
    const found = readManifests('kind: A\n---\nkind: B\nx: [1\ny: 2\n---\nkind: C\n');
    expect(found[0]).toMatchObject({ object: { kind: 'A' }, problems: [] });
    expect(found[1]?.object).toBeUndefined();
    expect(found[1]?.problems.length).toBeGreaterThan(0);
    for (const { line } of found[1]?.problems ?? []) expect([4, 5, 6]).toContain(line);
  });
  it('must be objects, without keys that occur twice', () => {
    expect(syntaxProblems('- 1\n---\njust text\n')).toEqual([
      { line: 1, message: expect.stringContaining('A manifest is an object') },
      { line: 3, message: expect.stringContaining('A manifest is an object') },
    ]);
    expect(syntaxProblems('a: 1\na: 2')).toEqual([{ line: 2, message: 'Map keys must be unique' }]);
  });
  it('do not expand exponentially', () => {
    const bomb = ['a: &a [x, x, x, x, x, x, x, x, x]'];
    for (let level = 1; level < 8; level++) {
      const [name, inner] = ['abcdefgh'[level], 'abcdefgh'[level - 1]];
      bomb.push(`${name}: &${name} [${Array(9).fill(`*${inner}`).join(', ')}]`);
    }
    expect(syntaxProblems(bomb.join('\n'))).toHaveLength(1);
  });
});

describe('the line of a field', () => {
  const [manifest] = readManifests(deployment);
  const lineOf = (field: string) => manifest?.find(field).line;
  it.each([
    ['spec.replicas', 10],
    ['metadata.name', 5],
    ['spec.template.spec.containers[1].image', 17],
    ['spec.template.spec.containers[0]', 14],
    ['spec.template.spec.containers[1].env[0].value', 18],
    // Keys with dots and slashes, as the apiserver writes them and bare.
    ['metadata.labels[app.kubernetes.io/name]', 8],
    ['metadata.labels.app.kubernetes.io/name', 8],
    ['metadata.labels.app', 7],
    // As the decoder writes them, without an index.
    ['spec.template.spec.containers.env', 18],
    // Missing: the innermost around it.
    ['spec.selector', 9],
    ['spec.template.spec.containers[1].ports[0].name', 16],
    ['spec.template.spec.containers[7].image', 13],
    ['spec.replicas.x', 10],
    ['status', 2],
    ['<nil>', 2],
    ['', 2],
  ])('%s is %d', (field, line) => expect(lineOf(field)).toBe(line));
});

describe('the fields of a refusal', () => {
  const of = (message: string, details?: unknown) => fieldCauses(kubeErrorOf({ message, code: 422, details }, 422));
  it('are the causes of the apiserver', () => {
    const causes = [
      { reason: 'FieldValueInvalid', message: 'Invalid value: -1', field: 'spec.replicas' },
      { message: 'x' },
    ];
    expect(of('Deployment is invalid', { causes })).toEqual([{ field: 'spec.replicas', message: 'Invalid value: -1' }]);
  });
  it('are found in the message of strict validation', () => {
    expect(of('strict decoding error: unknown field "spec.replcas", duplicate field "metadata.name"')).toEqual([
      { field: 'spec.replcas', message: 'Unknown field' },
      { field: 'metadata.name', message: 'Duplicate field' },
    ]);
  });
  it('are found in the message of the decoder', () => {
    const start = 'Deployment in version "v1" cannot be handled as a Deployment:';
    expect(
      of(`${start} json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32`),
    ).toEqual([{ field: 'spec.replicas', message: 'Must be int32, not string' }]);
    expect(of(`${start} spec.template.spec.containers[0].name: Required value`)).toEqual([
      { field: 'spec.template.spec.containers[0].name', message: 'Required value' },
    ]);
    expect(of(`${start} json: line 3: what`)).toEqual([]);
  });
  it('are none for other errors', () => {
    expect(of('it is forbidden')).toEqual([]);
    expect(fieldCauses(new TypeError('fetch failed'))).toEqual([]);
  });
  it('stay at their line while the text moves, and go once their value is changed', () => {
    const error = new KubeError({
      status: 422,
      reason: 'Invalid',
      message: '',
      details: {
        causes: [
          { field: 'spec.replicas', message: 'Invalid value: 2' },
          { field: 'spec.selector', message: 'Required value' },
        ],
      },
    });
    const refused = refusedIn(readManifests(deployment)[0], error);
    const lines = (text: string) => placeRefusals(readManifests(text)[0], refused);
    expect(lines(deployment)).toEqual([
      { line: 10, message: 'spec.replicas: Invalid value: 2' },
      { line: 9, message: 'spec.selector: Required value' },
    ]);
    expect(lines(`# one more line\n${deployment}`).map(({ line }) => line)).toEqual([11, 10]);
    expect(lines(deployment.replace('replicas: 2', 'replicas: 3')).map(({ line }) => line)).toEqual([]);
    expect(lines(deployment.replace('name: web', 'name: web2'))).toHaveLength(2);
  });
});

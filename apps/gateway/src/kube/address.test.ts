import { describe, expect, it } from 'vitest';
import { refusal } from '../access/refusal.ts';
import { readAddress } from './address.ts';

describe('an address under /k8s', () => {
  it.each([
    ['/k8s/acme/prod', '/'],
    ['/k8s/acme/prod/', '/'],
    ['/k8s/acme/prod/api/v1/pods?limit=5', '/api/v1/pods?limit=5'],
    ['/k8s/acme/prod?timeout=1s', '/?timeout=1s'],
    ['/k8s/acme/prod/api?', '/api?'],
    ['/k8s/acme/prod/k8s/other/cluster', '/k8s/other/cluster'],
  ])('%s is the target %s of the named cluster', (url, raw) => {
    expect(readAddress(url)).toMatchObject({ named: { organization: 'acme', cluster: 'prod' }, target: { raw } });
  });

  it.each([
    '/k8s',
    '/k8s?a=b',
    '/k8s/',
    '/k8s/acme',
    '/k8s/acme/',
    '/k8s//prod',
    '/k8s/acme/prod#fragment',
    '/k8s?/k8s/acme/prod',
    '/k8s//k8s/acme/prod',
  ])('%s names no cluster', (url) => {
    expect(() => readAddress(url)).toThrow(refusal(404, 'A cluster is reached at /k8s/<organization>/<cluster>.'));
  });

  const longest = 'a'.repeat(63);
  it.each(['a', '0', 'a-b', 'a--b', '0-9', longest])('may have the names %s', (name) => {
    expect(readAddress(`/k8s/${name}/prod/`).named).toEqual({ organization: name, cluster: 'prod' });
    expect(readAddress(`/k8s/acme/${name}/`).named).toEqual({ organization: 'acme', cluster: name });
  });

  it.each(['ACME', '-a', 'a-', '-', 'a_b', 'a.b', 'pr%6fd', `${longest}a`])('cannot have the names %s', (name) => {
    const malformed = refusal(400, 'The names of organization and cluster are malformed.');
    expect(() => readAddress(`/k8s/${name}/prod/`)).toThrow(malformed);
    expect(() => readAddress(`/k8s/acme/${name}/`)).toThrow(malformed);
  });
});

it.each(['/', '/api', '/k8sx/acme/prod', '/api/k8s/acme/prod', '/K8S/acme/prod'])(
  '%s is passed on as it is, to the only cluster of the credential',
  (url) => {
    expect(readAddress(url)).toMatchObject({ named: null, target: { raw: url } });
  },
);

it.each(['/api /x', '/k8s/acme/prod/api /x', '/k8s/acme/prod/a\nb'])('%j is refused, with the reason', (url) => {
  const refused = 'The request was refused: the URL has characters that must be percent-encoded.';
  expect(() => readAddress(url)).toThrow(refusal(400, refused));
});

import { readFileSync } from 'node:fs';
import { authorisationVerb, parseTarget, requestInfo } from '@postern/kube';
import { describe, expect, it } from 'vitest';
import { Random } from '../fuzz/random.ts';
import { type Answer, disagrees, ourAnswer } from './answer.ts';
import { oracle } from './oracle.ts';
import { randomRequest, tableRequests } from './requests.ts';

const rows = readFileSync(new URL('./table.tsv', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => {
    const [method = '', target = '', answer = ''] = line.split('\t');
    return { request: { method, target }, theirs: JSON.parse(answer) as Answer };
  });

const seed = process.env['POSTERN_FUZZ_SEED'] ?? new Date().toISOString().slice(0, 10);
const cases = 200_000;

describe('threat 29: the classifier of requests', () => {
  it('threat 29: the table has every request that is to be in it, at least 1,000', () => {
    expect(rows.length).toBeGreaterThanOrEqual(1_000);
    expect(rows.map(({ request }) => request)).toEqual(tableRequests());
  });

  it('threat 29: no request of the table is read in another way than by kube-apiserver', () => {
    const different = rows.filter(({ request, theirs }) => disagrees(ourAnswer(request), theirs));
    expect(different).toEqual([]);
  });

  it('threat 29: what is refused of the table is ambiguous, and little', () => {
    const refused = rows.filter(({ request }) => ourAnswer(request)[0] === 'refused');
    const honest = refused.filter(
      ({ request, theirs }) => theirs[0] !== 'unclear' && !request.target.includes('labelSelector'),
    );
    expect(honest.map(({ request }) => request.target)).toEqual([]);
    expect(refused.length).toBeLessThan(rows.length / 10);
  });

  it(`threat 29: ${cases} generated requests, seed ${seed}: never throws, and agrees with a second reading of the rules`, {
    timeout: 120_000,
  }, () => {
    let compared = 0;
    for (let index = 0; index < cases; index++) {
      const request = randomRequest(new Random(`${seed} ${index}`));
      const ours = ourAnswer(request);
      if (ours[0] === 'refused') continue;
      compared++;
      const { answer, isNameOpen } = oracle(request);
      const known = (given: readonly unknown[]): unknown => (isNameOpen ? given.with(8, '') : given);
      // Vitest's own comparison takes longer than all the rest.
      if (JSON.stringify(known(ours)) !== JSON.stringify(known(answer)))
        expect({ request, ours }).toEqual({ request, ours: answer });
    }
    expect(compared).toBeGreaterThan(cases / 4);
  });

  it('threat 29: whatever has exec, attach or portforward of a pod as its subresource needs create', () => {
    for (let index = 0; index < cases / 10; index++) {
      const { method, target } = randomRequest(new Random(`verb ${seed} ${index}`));
      const parsed = parseTarget(target).target;
      const info = parsed && requestInfo(method, parsed.path, parsed.query);
      if (info?.resource !== 'pods' || !['exec', 'attach', 'portforward'].includes(info.subresource)) continue;
      expect(authorisationVerb(info)).toBe('create');
    }
  });

  it.each([
    'fieldSelector=metadata.name=x&labelSelector=a=b=c',
    'fieldSelector=metadata.name=x&labelSelector=-a',
    'fieldSelector=metadata.name=x&labelSelector=%2Fa',
    'fieldSelector=metadata.name=x&labelSelector=a+in+()',
  ])('threat 29: a name that the apiserver would ignore is refused: %s', (query) => {
    expect(requestInfo('GET', '/api/v1/pods', query)).toBeNull();
  });

  it.each(['a=b', 'app.kubernetes.io/name=web,tier!=db', 'a in (b, c)', '!a', ''])(
    'threat 29: a name with the plain label selector %j is read',
    (selector) => {
      const query = `fieldSelector=metadata.name=x&labelSelector=${encodeURIComponent(selector)}`;
      expect(requestInfo('GET', '/api/v1/pods', query)).toMatchObject({ verb: 'list', name: 'x' });
    },
  );
});

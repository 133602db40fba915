import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseQuery } from './query.ts';
import { readStreamOptions } from './stream-options.ts';

const rows = readFileSync(new URL('./stream-options.fixture.tsv', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => {
    const [query = '', status = '', pairs = '', container = '', command = '', stdin = '', tty = '', ports = ''] =
      line.split('\t');
    return { query, status, pairs, container, command, stdin, tty, ports };
  });

/** Go's url.QueryEscape. */
const escapeQuery = (text: string): string =>
  encodeURIComponent(text)
    .replaceAll('%20', '+')
    .replaceAll(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);

describe('parseQuery', () => {
  it('has a table of at least 2,500 queries', () => {
    expect(rows.length).toBeGreaterThanOrEqual(2_500);
  });

  it('parses like Go, and reports as ambiguous whatever is an error for Go', () => {
    for (const { query, status, pairs } of rows) {
      const { values, ambiguity } = parseQuery(query);
      if (status === 'error') expect(ambiguity, query).toBeDefined();
      // JavaScript strings cannot hold bytes that are not UTF-8, so these are refused.
      if (pairs.includes('!')) {
        expect(ambiguity, query).toBeDefined();
        continue;
      }
      if (status === 'ok') expect(ambiguity, query).toBeUndefined();
      const read = [...values.entries()]
        .toSorted(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
        .flatMap(([name, all]) => all.map((value) => `${escapeQuery(name)}=${escapeQuery(value)}`));
      expect(read.join('&'), query).toBe(pairs);
    }
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void parseQuery(text)));
    fc.assert(fc.property(fc.string({ unit: fc.constantFrom(...'%;&=+a0') }), (text) => void parseQuery(text)));
  });

  it('reports more than 10,000 parameters as ambiguous', () => {
    expect(parseQuery('a&'.repeat(9_999)).ambiguity).toBeUndefined();
    expect(parseQuery('a&'.repeat(10_000)).ambiguity).toContain('10000');
  });
});

describe('readStreamOptions', () => {
  it('accepts nothing that the apiserver parses differently', () => {
    let taken = 0;
    for (const { query, container, command, stdin, tty, ports } of rows) {
      const exec = readStreamOptions('exec', query).options;
      if (exec !== undefined) {
        taken++;
        expect(exec, query).toEqual({
          container: container === '' ? null : expect.any(String),
          command: expect.any(Array),
          stdin: stdin === 'true',
          tty: tty === 'true',
          ports: [],
        });
        expect(escapeQuery(exec.container ?? ''), query).toBe(container);
        expect(exec.command.map(escapeQuery).join(' '), query).toBe(command);
      }
      const forward = readStreamOptions('portforward', query);
      if (forward.options !== undefined) expect(forward.options.ports.join(','), query).toBe(ports);
      else if (parseQuery(query).ambiguity === undefined && !query.includes('%00')) expect(ports, query).toBe('error');
    }
    expect(taken).toBeGreaterThan(300);
  });

  it.each([
    ['command=sh;command=-c', 'semicolon'],
    ['command=ok&x=;&command=true', 'semicolon'],
    ['command=%zz&command=ls', 'percent-encoding'],
    ['command=ls%', 'percent-encoding'],
    ['command=%ff', 'UTF-8'],
    ['command=l%00s', 'NUL'],
    ['container=a%00&command=ls', 'NUL'],
    ['container=app&container=sidecar', '"container" more than once'],
    ['tty=false&tty=true', '"tty" more than once'],
    ['stdin=0&stdin=1', '"stdin" more than once'],
  ])('exec?%s is refused: %s', (query, why) => {
    for (const kind of ['exec', 'attach'] as const) {
      if (kind === 'attach' && query.includes('l%00s')) continue;
      expect(readStreamOptions(kind, query).refused).toContain(why);
    }
  });

  it.each(['ports=x', 'ports=65536', 'ports=80,', 'ports=', 'ports=-1', 'ports=%2B1', 'ports=80;81'])(
    'portforward?%s is refused',
    (query) => {
      const why = query.includes(';') ? 'semicolon' : 'a port that is not a number';
      expect(readStreamOptions('portforward', query).refused).toContain(why);
    },
  );

  it.each([
    ['exec', 'container=app', { container: 'app' }],
    ['attach', 'container=app&command=ls', { container: 'app' }],
    ['portforward', 'container=app&command=ls&stdin=1&tty=1&ports=80,443', { ports: [80, 443] }],
  ] as const)('%s?%s sets only these options', (subresource, query, said) => {
    const nothing = { container: null, command: [], stdin: false, tty: false, ports: [] };
    expect(readStreamOptions(subresource, query).options).toEqual({ ...nothing, ...said });
  });

  it('parses what kubectl sends', () => {
    const words = ['sh', '-c', 'echo "a;b&c=d+e%20é" \'x\' | tr a b'];
    const query = new URLSearchParams([
      ...words.map((word): [string, string] => ['command', word]),
      ['container', 'app'],
      ['stdin', 'true'],
      ['stdout', 'true'],
      ['tty', 'true'],
    ]).toString();
    expect(readStreamOptions('exec', query).options).toEqual({
      container: 'app',
      command: words,
      stdin: true,
      tty: true,
      ports: [],
    });
  });
});

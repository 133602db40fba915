import { describe, expect, it } from 'vitest';
import { fieldOf } from './log-fields.ts';
import { parseFilter } from './log-filter.ts';
import type { LogLine } from './log-line.ts';
import { type Severity, severityOf } from './severity.ts';

const lineOf = (text: string): LogLine => ({
  id: 0,
  at: 0,
  time: '',
  raw: text,
  text,
  severity: severityOf(text, 'unknown'),
  source: undefined,
});

describe('the severity of a line', () => {
  it.each<[string, Severity]>([
    ['{"time":"x","level":"error","msg":"payment refused"}', 'error'],
    ['{"level":30,"msg":"pino"}', 'info'],
    ['{"level":50,"msg":"pino"}', 'error'],
    ['{"severity":"WARNING"}', 'warn'],
    ['{"msg":"no ERROR here","level":"info"}', 'info'],
    ['time=2026-11-22T10:00:00Z level=WARN component=tsdb msg="an ERROR was survived"', 'warn'],
    ['E1122 10:00:00.000000       1 controller.go:100] "failed"', 'error'],
    ['I1122 10:00:00.000000       1 controller.go:100] "Finished"', 'info'],
    ['2026-11-22 10:00:00,123 DEBUG app - hello', 'debug'],
    ['[error] 7#7: connect() failed', 'error'],
    ['2026/11/22 10:00:00 [warn] 7#7: upstream', 'warn'],
    ['Error: cannot start without a signing key', 'error'],
    ['java.lang.NullPointerException: x', 'error'],
    ['10.0.0.1 - - "GET /error HTTP/1.1" 200', 'unknown'],
    ['the informer has no errors', 'unknown'],
    ['', 'unknown'],
  ])('%s', (text, severity) => {
    expect(severityOf(text, 'unknown')).toBe(severity);
  });

  it('is that of the line before for lines that continue it', () => {
    expect(severityOf('    at start (/app/main.js:17:3)', 'error')).toBe('error');
    expect(severityOf('Caused by: java.io.IOException', 'warn')).toBe('warn');
  });
});

describe('a field of a line', () => {
  const json = '{"level":"error","http":{"status":502},"a.b":1,"note":null,"list":[1,2]}';
  it.each([
    [json, 'level', 'error'],
    [json, 'http.status', '502'],
    [json, 'a.b', '1'],
    [json, 'note', 'null'],
    [json, 'list', '[1,2]'],
    [json, 'toString', undefined],
    [json, 'http.missing', undefined],
    ['level=WARN msg="two words" empty=', 'level', 'WARN'],
    ['level=WARN msg="two words" empty=', 'msg', 'two words'],
    ['level=WARN msg="two words" empty=', 'empty', ''],
    ['{"broken":', 'broken', undefined],
    ['plain text', 'plain', undefined],
  ])('%s, %s', (text, key, value) => {
    expect(fieldOf(text, key)).toBe(value);
  });
});

describe('a filter', () => {
  const lines = [
    '{"level":"error","msg":"payment refused","status":502}',
    '{"level":"info","msg":"order placed","status":200}',
    'level=error msg="disk is full"',
    'plain words: level is not error',
  ];
  const passing = (typed: string) =>
    lines.flatMap((text, index) => (parseFilter(typed, 'all')?.(lineOf(text)) === false ? [] : index));
  it.each([
    ['', [0, 1, 2, 3]],
    ['level=error', [0, 2]],
    ['LEVEL=error', []],
    ['level=ERROR', [0, 2]],
    ['level!=error', [1, 3]],
    ['-level=error', [1, 3]],
    ['status=502', [0]],
    ['status!=502 level=info', [1]],
    ['msg~REFUSED', [0]],
    ['msg="disk is full"', [2]],
    ['order', [1]],
    ['-order', [0, 2, 3]],
    ['"is not"', [3]],
    ['error plain', [3]],
    ['(', []],
    ['-', []],
  ])('%s', (typed, expected) => {
    expect(passing(typed)).toEqual(expected);
  });

  it('by severity keeps the lines of at least that severity, and seams', () => {
    const test = parseFilter('', 'warn');
    expect(lines.map((text) => test?.(lineOf(text)))).toEqual([true, false, true, false]);
    expect(test?.({ ...lineOf('resumed'), seam: true })).toBe(true);
    // A line that states no level may be anything but unimportant.
    expect(parseFilter('', 'info')?.(lineOf('plain'))).toBe(true);
    expect(parseFilter('', 'info')?.(lineOf('level=debug'))).toBe(false);
  });
});

import { describe, expect, it } from 'vitest';
import { readContainers } from '#features/pods/pod-containers.ts';
import { parseAnsi, plainText } from './ansi.ts';
import { endingOf } from './container-ending.ts';
import { unfoldJson } from './json-line.ts';
import { instantOf, readLogLine } from './log-line.ts';
import { findAll } from './log-search.ts';
import { Resumption } from './resumption.ts';

describe('a log line', () => {
  it('is split into its time and its text', () => {
    expect(readLogLine('2026-11-21T10:00:00.123456789Z  two spaces')).toEqual({
      time: '2026-11-21T10:00:00.123456789Z',
      raw: ' two spaces',
      text: ' two spaces',
    });
    expect(readLogLine('2026-11-21T10:00:00+02:00 x').time).toBe('2026-11-21T10:00:00+02:00');
    expect(readLogLine('2026-11-21T10:00:00Z')).toMatchObject({ time: '2026-11-21T10:00:00Z', text: '' });
    expect(readLogLine('no time')).toMatchObject({ time: '', text: 'no time' });
  });

  it('cannot change the text direction', () => {
    expect(readLogLine('user\u202egnp.exe\u2066x').text).toBe('user\ufffdgnp.exe\ufffdx');
  });

  it('has an instant, whatever zeros are left out and wherever its node is', () => {
    const inOrder = [
      '2026-11-21T09:59:59.9Z',
      '2026-11-21T10:00:00Z',
      '2026-11-21T10:00:00.05Z',
      '2026-11-21T10:00:00.1Z',
      '2026-11-21T10:00:00.100001Z',
      '2026-11-21T12:00:00.2+02:00',
    ].map(instantOf);
    expect(inOrder.toSorted((a, b) => a - b)).toEqual(inOrder);
    expect(inOrder[1]).toBe(Date.parse('2026-11-21T10:00:00Z') * 1000);
    expect(instantOf('2026-11-21T10:00:00.10Z')).toBe(instantOf('2026-11-21T12:00:00.1+02:00'));
    expect(instantOf('never')).toBeNaN();
  });
});

describe('ANSI', () => {
  it('parses colours and weights', () => {
    expect(parseAnsi('a \u001b[1;31mred\u001b[0m b')).toEqual([
      { text: 'a ', style: {} },
      { text: 'red', style: { bold: true, colour: 'red' } },
      { text: ' b', style: {} },
    ]);
    expect(parseAnsi('\u001b[38;5;9mx')).toEqual([{ text: 'x', style: { colour: 'red' } }]);
    expect(parseAnsi('\u001b[38;2;1;31;1mx')).toEqual([{ text: 'x', style: {} }]);
  });

  it.each([
    ['a title', '\u001b]0;owned\u0007text'],
    ['a clipboard', '\u001b]52;c;aGk=\u001b\\text'],
    ['a link', '\u001b]8;;https://evil.example\u001b\\text\u001b]8;;\u001b\\'],
    ['moving and clearing', '\u001b[2J\u001b[1;1Htext'],
    ['one byte CSI', '\u009b31mtext'],
    ['a reset', '\u001bctext'],
    ['bells and backspaces', 'te\u0007\u0008xt'],
    ['a device control string', '\u001bP1$qm\u001b\\text'],
  ])('removes %s', (_, raw) => {
    expect(plainText(raw)).toBe('text');
    expect(
      parseAnsi(raw)
        .map(({ text }) => text)
        .join(''),
    ).toBe('text');
  });
});

describe('Resumption', () => {
  const isNew = (resumption: Resumption, time: string, text = 'x') =>
    resumption.isNew(`${time} ${text}`, instantOf(time));

  it('neither repeats nor omits a line after an interruption', () => {
    const resumption = new Resumption();
    expect(resumption.sinceTime).toBeUndefined();
    resumption.resume();
    const first = ['2026-11-21T10:00:00.1Z', '2026-11-21T10:00:00.5Z', '2026-11-21T10:00:00.5Z'];
    expect(first.map((time) => isNew(resumption, time))).toEqual([true, true, true]);
    expect(resumption.sinceTime).toBe('2026-11-21T10:00:00Z');
    resumption.resume();
    // The whole second again, with one more line at the last instant, and a later one.
    const again = [...first, '2026-11-21T10:00:00.5Z', '2026-11-21T10:00:01Z'];
    expect(again.map((time) => isNew(resumption, time))).toEqual([false, false, false, true, true]);
    resumption.resume();
    expect(isNew(resumption, '2026-11-21T10:00:01Z')).toBe(false);
    expect(isNew(resumption, '2026-11-21T10:00:01Z')).toBe(true);
  });

  it('keeps all lines with the same time within one stream, and lines without a time', () => {
    const resumption = new Resumption();
    resumption.resume();
    expect([1, 2, 3].map(() => isNew(resumption, '2026-11-21T10:00:00Z'))).toEqual([true, true, true]);
    expect(isNew(resumption, '')).toBe(true);
  });

  it('keeps lines whose times go back', () => {
    const resumption = new Resumption();
    resumption.resume();
    const times = ['2026-11-21T10:00:05Z', '2026-11-21T10:00:04.9Z', '2026-11-21T10:00:05Z'];
    expect(times.map((time) => isNew(resumption, time))).toEqual([true, true, true]);
  });

  it('recognises repeated lines when a rotation has removed some of them', () => {
    const resumption = new Resumption();
    resumption.resume();
    for (const text of ['a', 'b', 'c']) isNew(resumption, '2026-11-21T10:00:00.1Z', text);
    resumption.resume();
    // Of the three, only the last is in the new file.
    expect(isNew(resumption, '2026-11-21T10:00:00.1Z', 'c')).toBe(false);
    expect(isNew(resumption, '2026-11-21T10:00:00.1Z', 'd')).toBe(true);
  });

  it('drops what is older, if the API server ignores `sinceTime`', () => {
    const resumption = new Resumption();
    resumption.resume();
    isNew(resumption, '2026-11-21T10:00:00Z', 'old');
    isNew(resumption, '2026-11-21T10:00:09Z', 'last');
    resumption.resume();
    expect(isNew(resumption, '2026-11-21T10:00:00Z', 'old')).toBe(false);
    expect(isNew(resumption, '2026-11-21T10:00:09Z', 'last')).toBe(false);
    expect(isNew(resumption, '2026-11-21T10:00:09Z', 'new')).toBe(true);
  });
});

describe('the search', () => {
  it('finds every match, ignoring case', () => {
    expect(findAll('Error: error', 'ERROR')).toEqual([
      [0, 5],
      [7, 12],
    ]);
    expect(findAll('x', '')).toEqual([]);
    expect(findAll('a.b (a+b)', '(A+')).toEqual([[4, 7]]);
  });
});

it('unfolds lines that are JSON objects, and no others', () => {
  expect(unfoldJson('{"a":1}')).toBe('{\n  "a": 1\n}');
  expect(unfoldJson('{"a":1} trailing')).toBeUndefined();
  expect(unfoldJson('{"a":}')).toBeUndefined();
  expect(unfoldJson('plain')).toBeUndefined();
});

describe('the end of a stream', () => {
  const pod = (phase: string, state: object, kind = 'containers') =>
    readContainers({
      spec: { [kind]: [{ name: 'app' }] },
      status: { phase, [`${kind === 'containers' ? 'c' : 'initC'}ontainerStatuses`]: [{ name: 'app', state }] },
    });

  it('is the end of the log if nothing will run again', () => {
    expect(endingOf(pod('Succeeded', { terminated: { exitCode: 0 } }), 'app')).toEqual({
      final: true,
      message: 'The container ended with exit code 0.',
    });
    expect(endingOf(pod('Running', { terminated: { exitCode: 0 } }, 'initContainers'), 'app').final).toBe(true);
  });

  it('is a pause while the container restarts, and nothing while it runs', () => {
    expect(endingOf(pod('Running', { terminated: { exitCode: 1 } }), 'app')).toEqual({
      final: false,
      message: 'The container ended with exit code 1; it will be started again',
    });
    expect(endingOf(pod('Running', { waiting: {} }), 'app').final).toBe(false);
    expect(endingOf(pod('Running', { running: {} }), 'app')).toEqual({ final: false, message: '' });
  });
});

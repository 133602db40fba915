import { describe, expect, it } from 'vitest';
import {
  DrainingError,
  HeadTooLargeError,
  printable,
  SessionClosedError,
  StreamResetError,
  TooManyStreamsError,
  UnprocessedError,
} from './errors.ts';

it.each([
  ['StreamResetError', new StreamResetError('gone', '', true)],
  ['SessionClosedError', new SessionClosedError()],
  ['TooManyStreamsError', new TooManyStreamsError()],
  ['HeadTooLargeError', new HeadTooLargeError()],
  ['DrainingError', new DrainingError()],
])('%s carries its name', (name, error) => {
  expect(error.name).toBe(name);
});

describe('the message of a StreamResetError', () => {
  it('is the reason, made printable', () => {
    const error = new StreamResetError('revoked', 'no\u001b longer', true);
    expect(error).toMatchObject({ message: 'no  longer', code: 'revoked', reason: 'no  longer', remote: true });
  });

  it('is the sentence of the code if no reason was given', () => {
    const error = new StreamResetError('revoked', '', false);
    expect(error).toMatchObject({ message: 'Access was revoked.', code: 'revoked', reason: '', remote: false });
  });
});

it('an UnprocessedError says that nothing was done', () => {
  const reason = 'the tunnel is draining; nothing was done';
  expect(new UnprocessedError()).toMatchObject({ message: reason, code: 'gone', reason, remote: true });
});

it('replaces every unprintable character by a space', () => {
  expect(printable('a\nb\u2028c\u2029d\u202ee\ud800f')).toBe('a b c d e f');
});

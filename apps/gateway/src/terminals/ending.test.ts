import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { endingOfStatus, readEnding, statusMessage } from './ending.ts';

const failure = (reason: string, message: string, causes: object[] = []): string =>
  JSON.stringify({ status: 'Failure', reason, message, details: { causes } });

const anything = fc.jsonValue({ maxDepth: 2 });
/** Objects with properties named like methods, of any type. */
const shadowed = fc.dictionary(fc.constantFrom('find', 'length', 'toString', 'valueOf', 'map'), anything);
const causes = fc.oneof(
  anything,
  shadowed,
  fc.array(fc.record({ reason: fc.oneof(fc.constant('ExitCode'), anything), message: fc.oneof(anything, shadowed) })),
);
/** A Status with some of its fields replaced by any JSON. */
const statusLike = fc.record(
  {
    status: fc.oneof(fc.constantFrom('Success', 'Failure'), anything),
    reason: fc.oneof(fc.constantFrom('NonZeroExitCode', 'InternalError'), anything),
    message: fc.oneof(fc.string({ unit: 'binary' }), anything, shadowed),
    details: fc.oneof(anything, fc.record({ causes })),
  },
  { requiredKeys: [] },
);

describe('readEnding', () => {
  it.each([
    ['{"status":"Success"}', 'exited', 0],
    [failure('NonZeroExitCode', '', [{ reason: 'ExitCode', message: '130' }]), 'exited', 130],
    [
      failure('InternalError', 'OCI runtime exec failed: exec: "sh": executable file not found in $PATH: unknown'),
      'no-shell',
      null,
    ],
    [failure('InternalError', 'stat /bin/sh: no such file or directory'), 'no-shell', null],
    [failure('InternalError', 'container "app" is not running'), 'pod-gone', null],
    [failure('InternalError', 'error dialing backend'), 'failed', null],
    [failure('NonZeroExitCode', 'x', [{ reason: 'ExitCode', message: 'no number' }]), 'failed', null],
    ['', 'failed', null],
    ['null', 'failed', null],
    ['[]', 'failed', null],
    ['{"status":"Failure","details":{"causes":7}}', 'failed', null],
    ['{"status":"Failure","reason":"NonZeroExitCode","details":{"causes":[null]}}', 'failed', null],
    ['{"status":"Failure","reason":"NonZeroExitCode","details":{"causes":{"find":"x"}}}', 'failed', null],
    ['{"status":"Failure","reason":"NonZeroExitCode","details":null}', 'failed', null],
    ['{"status":"Failure","message":{}}', 'failed', null],
    [failure('NonZeroExitCode', '', [{ reason: 'ExitCode', message: '' }]), 'failed', null],
    [failure('NonZeroExitCode', '', [{ reason: 'ExitCode', message: { valueOf: 1 } }]), 'failed', null],
    [failure('NonZeroExitCode', '', [null as never, { reason: 'ExitCode', message: '4' }]), 'exited', 4],
  ])('%s is %s', (text, code, exitCode) => {
    expect(readEnding(text)).toMatchObject({ code, exitCode });
  });

  it.each([
    ['-1', -1],
    ['4294967295', 4_294_967_295],
    ['12345678901', null],
    ['4 ', null],
    ['x4', null],
    ['--1', null],
  ])('reads the exit code %j as %s', (code, exitCode) => {
    expect(readEnding(failure('NonZeroExitCode', '', [{ reason: 'ExitCode', message: code }])).exitCode).toBe(exitCode);
  });

  it('believes an exit code only if that is the reason', () => {
    const text = failure('InternalError', 'broken', [{ reason: 'ExitCode', message: '4' }]);
    expect(readEnding(text)).toMatchObject({ code: 'failed', exitCode: null });
  });

  it.each([
    ['{"status":"Success"}', 'The shell has ended.'],
    [failure('NonZeroExitCode', '', [{ reason: 'ExitCode', message: '130' }]), 'The shell ended with exit code 130.'],
    [
      failure('InternalError', 'no such file or directory'),
      'This container has no such shell. Choose another container or shell, or attach a debug container with `kubectl debug`.',
    ],
    [failure('InternalError', 'container not found ("app")'), 'The container is no longer running.'],
    [failure('InternalError', ''), 'The shell could not be started.'],
    [
      failure('InternalError', 'error dialing  backend\u0007 '),
      'The shell could not be started: error dialing backend',
    ],
    ['', 'The cluster did not say how the shell ended.'],
  ])('%s is said as "%s"', (text, message) => {
    expect(readEnding(text).message).toBe(message);
  });

  it('never throws and never shows a control character', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.jsonValue().map((value) => JSON.stringify(value)),
          statusLike.map((value) => JSON.stringify(value)),
        ),
        (text) => {
          const { message } = readEnding(text);
          expect(message).not.toMatch(/\p{C}/u);
          expect(statusMessage(text)).not.toMatch(/\p{C}/u);
        },
      ),
      { numRuns: 1_000 },
    );
  });
});

describe('endingOfStatus', () => {
  it.each([
    [401, 'denied', 'You are not allowed to open a terminal here: why'],
    [403, 'denied', 'You are not allowed to open a terminal here: why'],
    [404, 'not-found', 'why'],
    [429, 'limit', 'why'],
    [503, 'agent-offline', 'why'],
    [500, 'failed', 'why'],
    [502, 'failed', 'why'],
  ])('%i is %s', (status, code, message) => {
    expect(endingOfStatus(status, ' why\n')).toEqual({ code, exitCode: null, message });
  });

  it('has a message where the cluster has none', () => {
    expect(endingOfStatus(500, ' ').message).toBe('The terminal could not be opened.');
  });
});

describe('statusMessage', () => {
  it.each([
    ['the message of a Status', '{"message":"no such pod"}', 'no such pod'],
    ['the body if it has no message', '{"kind":"Status"}', '{"kind":"Status"}'],
    ['the body if it is no JSON', 'bad gateway', 'bad gateway'],
    ['one space for several and for what cannot be printed', ' a b  c \n\u0007d ', 'a b c d'],
    ['1,000 characters at most', 'x'.repeat(1_001), 'x'.repeat(1_000)],
  ])('is %s', (_, body, message) => {
    expect(statusMessage(body)).toBe(message);
  });
});

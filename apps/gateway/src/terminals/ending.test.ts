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
    [401, 'denied'],
    [403, 'denied'],
    [404, 'not-found'],
    [429, 'limit'],
    [503, 'agent-offline'],
    [500, 'failed'],
    [502, 'failed'],
  ])('%i is %s', (status, code) => {
    expect(endingOfStatus(status, 'why').code).toBe(code);
  });
});

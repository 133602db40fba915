import type { SocketError } from '@postern/contracts';
import { turns } from '@postern/testkit';
import { pino } from 'pino';
import { beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Answer, answerOf, listener, socketError } from './answer.ts';

const Request = z.object(
  { name: z.string('not a name'), tags: z.array(z.object({ key: z.string('not a key') })).optional() },
  'not an object',
);

let answers: unknown[];
let lines: string[];
beforeEach(() => {
  answers = [];
  lines = [];
});

/** Passes one event to a handler. */
async function send(
  request: unknown,
  handle: (request: z.output<typeof Request>, answer: Answer<string>) => void | Promise<void>,
  acknowledgement: unknown = (answer: unknown) => answers.push(answer),
): Promise<void> {
  const logger = pino({ base: null, timestamp: false }, { write: (line) => lines.push(line) });
  listener<typeof Request, string>({ schema: Request, logger, failed: 'Try again.' }, handle)(request, acknowledgement);
  await turns(1);
}

describe('an event', () => {
  it('is passed to its handler without what is not in the schema', async () => {
    await send({ name: 'prod', more: 1 }, (request, answer) => answer(JSON.stringify(request)));
    expect(answers).toEqual(['{"name":"prod"}']);
  });

  it.each([
    [undefined, 'the request: not an object'],
    [{ name: 7 }, 'name: not a name'],
    [{ name: 'prod', tags: [{ key: 'a' }, {}] }, 'tags.1.key: not a key'],
    [{ name: 7, tags: [{}] }, 'name: not a name'],
  ])('that is malformed (%j) is answered with the first mistake', async (request, message) => {
    await send(request, () => expect.fail('handled'));
    expect(answers).toEqual([{ error: { code: 'invalid-request', message } }]);
    expect(lines).toEqual([]);
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('a bug');
      },
    ],
    ['rejects', () => Promise.reject(new Error('a bug'))],
  ])('whose handler %s is logged and answered', async (_, handle) => {
    await send({ name: 'prod' }, handle);
    expect(answers).toEqual([{ error: { code: 'unavailable', message: 'Try again.' } }]);
    expect(lines.map((line) => JSON.parse(line).msg)).toEqual(['a live event failed']);
  });

  it('whose handler fails after its answer is only logged', async () => {
    await send({ name: 'prod' }, async (_, answer) => {
      answer('done');
      throw new Error('a bug');
    });
    expect(answers).toEqual(['done']);
    expect(lines).toHaveLength(1);
  });

  it.each([null, 7, 'text', {}])('whose acknowledgement is %j is handled without one', async (acknowledgement) => {
    const handled: string[] = [];
    const handle = ({ name }: { name: string }, answer: Answer<string>): void => {
      handled.push(name);
      answer('done');
    };
    await send({ name: 'prod' }, handle, acknowledgement);
    expect(handled).toEqual(['prod']);
    expect(lines).toEqual([]);
  });
});

it('only the first answer counts, even if it cannot be sent', () => {
  const answer = answerOf<string>((sent: string | SocketError) => {
    answers.push(sent);
    throw new Error('closed');
  });
  answer(socketError('limit', 'Too much.'));
  answer('done');
  expect(answers).toEqual([{ error: { code: 'limit', message: 'Too much.' } }]);
});

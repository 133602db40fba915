import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseChallenge, parseHello, parseWelcome } from './messages.ts';

const hello = {
  type: 'hello',
  protocol: 1,
  agentId: 'a',
  clusterId: 'c',
  instance: 'i',
  slot: 0,
  version: '1.0.0',
  features: [],
  resume: null,
  signature: Buffer.alloc(64).toString('base64'),
};

describe('handshake messages', () => {
  it('are parsed, ignoring fields of later versions', () => {
    expect(parseHello(JSON.stringify({ ...hello, zone: 'eu' }))).toMatchObject({ agentId: 'a', slot: 0 });
  });

  it.each<[string, object]>([
    ['another type', { type: 'welcome' }],
    ['an id with a space', { agentId: 'a b' }],
    ['an empty id', { clusterId: '' }],
    ['a long id', { instance: 'x'.repeat(129) }],
    ['slot -1', { slot: -1 }],
    ['slot 256', { slot: 256 }],
    ['slot 1.5', { slot: 1.5 }],
    ['a short signature', { signature: Buffer.alloc(63).toString('base64') }],
    ['a signature that is not base64', { signature: '!'.repeat(88) }],
    ['a session to resume', { resume: { session: 'x' } }],
    ['too many features', { features: Array(33).fill('x') }],
  ])('HELLO with %s is refused', (_name, change) => {
    expect(parseHello(JSON.stringify({ ...hello, ...change }))).toBeUndefined();
  });

  it('any other text is refused', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect([parseHello(text), parseChallenge(text), parseWelcome(text)]).toEqual([undefined, undefined, undefined]);
      }),
      { numRuns: 1000 },
    );
  });
});

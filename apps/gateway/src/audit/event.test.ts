import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonical, type Json } from './canonical.ts';
import { type AuditFacts, completeEvent, contentOf } from './event.ts';

const facts: AuditFacts = {
  action: 'kube.request',
  decision: 'allowed',
  source: 'api',
  actor: { id: null, name: 'ada@example.com', kind: 'person' },
};

describe('a recorded event', () => {
  it('has no text that a log, a terminal or the database reads as something else', () => {
    const hostile = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 2_000 }),
      fc.constantFrom('a\nb', '\u001b]52;c;x\u0007', 'x\0y', '\ud800', '\u2028', '\r\n{"forged":true}'),
    );
    fc.assert(
      fc.property(hostile, (text) => {
        const event = completeEvent({
          ...facts,
          action: text,
          reason: text,
          actor: { id: null, name: text, kind: 'nobody' },
          credential: { kind: text, id: text },
          identity: { real: text, user: text, groups: [text] },
          cluster: { id: null, name: text },
          verb: text,
          group: text,
          resource: text,
          subresource: text,
          namespace: text,
          name: text,
          address: text,
          userAgent: text,
          details: { [text]: text, list: [text], pairs: { [text]: text } },
        });
        const line = canonical(event as unknown as Json);
        expect(contentOf(event)).toBe(line);
        const plain = { ...event, details: {} };
        expect(contentOf(plain)).toBe(canonical(plain as unknown as Json));
        expect(line).toMatch(/^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}]*$/u);
        // Not even as an escape in the JSON: PostgreSQL refuses \u0000, and whoever reads the value prints it.
        expect(line).not.toMatch(/(?<!\\)(?:\\\\)*\\(?:u|n|r|b|f|t)/);
        expect(line.length).toBeLessThan(60_000);
      }),
      { numRuns: 500 },
    );
  });

  it('has no secret, wherever it was put', () => {
    const secret = 'postern_0123456789abcdefghijklmnop';
    const event = completeEvent({
      ...facts,
      name: secret,
      namespace: `x ${secret}`,
      userAgent: `curl Bearer ${secret}`,
      details: { command: ['sh', '-c', `curl -H "Authorization: Bearer ${secret}"`], path: secret },
    });
    expect(JSON.stringify(event)).not.toContain('0123456789abcdef');
    expect(event.details['command']).toEqual(['sh', '-c', 'curl -H "Authorization: Bearer [secret]"']);
  });

  it('keeps the end of a long command', () => {
    const { details } = completeEvent({
      ...facts,
      details: { command: ['sh', '-c', `${'x'.repeat(5_000)}; rm -rf /`] },
    });
    expect((details['command'] as string[])[2]).toMatch(/^x+… \d+ more bytes …x+; rm -rf \/$/);
  });
});

import { describe, expect, it } from 'vitest';
import { keepFields } from './fields.ts';

describe('keepFields', () => {
  it('keeps only the fields of the mask, in every item of a list', () => {
    const pod = {
      metadata: { name: 'a', managedFields: [{}] },
      spec: { containers: [{ name: 'c', resources: { requests: { cpu: '1' }, limits: {} } }], nodeName: 'n' },
    };
    const mask = { metadata: { name: true }, spec: { containers: { resources: { requests: true } } } } as const;
    expect(keepFields(pod, mask)).toEqual({
      metadata: { name: 'a' },
      spec: { containers: [{ resources: { requests: { cpu: '1' } } }] },
    });
  });

  it('tolerates anything that a cluster may send', () => {
    const mask = { spec: { containers: { name: true } }, status: true } as const;
    for (const sent of [null, 7, 'text', [], {}, { spec: null }, { spec: 7 }, { spec: [] }]) {
      expect(() => keepFields(sent, mask)).not.toThrow();
    }
    expect(keepFields({ spec: { containers: [null, { name: 'c' }, 7] }, status: null }, mask)).toEqual({
      spec: { containers: [{}, { name: 'c' }, {}] },
    });
    expect(keepFields(JSON.parse('{"__proto__":{"status":1}}'), mask)).toEqual({});
  });
});

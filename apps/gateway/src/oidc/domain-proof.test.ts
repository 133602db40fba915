import { expect, it } from 'vitest';
import { DomainProofs, domainProofOf } from './domain-proof.ts';

const organization = '01900000-0000-7000-8000-000000000001';
const other = '01900000-0000-7000-8000-000000000002';

function proofs(records: string[][]): DomainProofs {
  return new DomainProofs(async (name) => (name === '_postern.corp.example' ? records : []));
}

it('finds the record of the organization, also among others and in parts', async () => {
  const text = domainProofOf(organization);
  const shown = proofs([['v=spf1'], [text.slice(0, 9), text.slice(9)]]);
  expect(await shown.isShown('corp.example', organization)).toBe(true);
  expect(await shown.isShown('corp.example', other)).toBe(false);
  expect(await shown.isShown('example', organization)).toBe(false);
});

it('believes nothing if there is no answer, or a record that only contains it', async () => {
  const failing = new DomainProofs(() => Promise.reject(new Error('ENOTFOUND')));
  expect(await failing.isShown('corp.example', organization)).toBe(false);
  const near = proofs([[`x ${domainProofOf(organization)}`]]);
  expect(await near.isShown('corp.example', organization)).toBe(false);
});

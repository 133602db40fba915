import { expect, it } from 'vitest';
import { labelsFromText, labelsToText } from './labels.ts';

it('reads what it writes', () => {
  const labels = { team: 'payments', 'example.com/tier': '' };
  expect(labelsFromText(labelsToText(labels))).toEqual(labels);
});

it('takes commas and spaces, and the last of two', () => {
  expect(labelsFromText('a=1, b=2\n\n a=3 ')).toEqual({ a: '3', b: '2' });
});

it('names what is no label', () => expect(() => labelsFromText('a=1 team')).toThrow('“team” is no label'));

import { expect, it } from 'vitest';
import { labelsFromText, labelsToText } from './labels.ts';

it('parses what it formats', () => {
  const labels = { team: 'payments', 'example.com/tier': '' };
  expect(labelsFromText(labelsToText(labels))).toEqual(labels);
});

it('accepts commas and whitespace; the last of two values wins', () => {
  expect(labelsFromText('a=1, b=2\n\n a=3 ')).toEqual({ a: '3', b: '2' });
});

it('names an invalid label', () => expect(() => labelsFromText('a=1 team')).toThrow('“team” is no label'));

import { expect, it } from 'vitest';
import { Documentation } from './documentation.ts';

it('makes a document again that could not be made, and once it is made no more', async () => {
  let asked = 0;
  const documentation = new Documentation(() => {
    asked++;
    if (asked === 1) throw new Error('not now');
    return { openapi: '3.1.0' };
  });
  const find = () => documentation.find({ method: 'GET', url: '/api/openapi.json' });
  await expect(find()).rejects.toThrow('not now');
  expect((await find())?.body.toString()).toBe('{"openapi":"3.1.0"}');
  await find();
  expect(asked).toBe(2);
});

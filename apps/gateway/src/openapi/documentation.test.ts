import { expect, it } from 'vitest';
import { Documentation } from './documentation.ts';

it('creates a document again after a failure, and only once after a success', async () => {
  let attempts = 0;
  const documentation = new Documentation(() => {
    attempts++;
    if (attempts === 1) throw new Error('not now');
    return { openapi: '3.1.0' };
  });
  const find = () => documentation.find({ method: 'GET', url: '/api/openapi.json' });
  await expect(find()).rejects.toThrow('not now');
  expect((await find())?.body.toString()).toBe('{"openapi":"3.1.0"}');
  await find();
  expect(attempts).toBe(2);
});

import { expect, it } from 'vitest';
import { createLogger } from './log.ts';

it('writes one line of JSON per event, without secrets', () => {
  const lines: string[] = [];
  const logger = createLogger('info', { write: (line) => void lines.push(line) });
  const secret = 'canary-secret';
  logger.info(
    { token: secret, request: { headers: { authorization: secret, cookie: secret } }, body: { password: secret } },
    'a\nb',
  );
  logger.error({ error: new Error('went wrong') }, 'x');
  logger.debug('not written');
  expect(lines).toHaveLength(2);
  expect(lines.join('')).not.toContain(secret);
  for (const line of lines) expect(line.indexOf('\n')).toBe(line.length - 1);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 'info', msg: 'a\nb', token: '[secret]' });
  expect(JSON.parse(lines[1] ?? '')).toMatchObject({ level: 'error', error: { type: 'Error', message: 'went wrong' } });
});

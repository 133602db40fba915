import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { gatewayRuntime } from './gateway-runtime.ts';
import { checkout } from './programs.ts';

it('matches the image of the gateway', async () => {
  const dockerfile = await readFile(`${checkout}infra/images/gateway.Dockerfile`, 'utf8');
  const [, image = ''] = dockerfile.split('FROM base AS gateway\n');
  const entrypoint = JSON.parse(/^ENTRYPOINT (\[.*\])$/m.exec(image)?.[1] ?? '[]');
  expect(entrypoint).toEqual(['node', ...gatewayRuntime.nodeArgs, 'dist/main.js']);
  const variables = [...image.matchAll(/^ENV (.*)$/gm)].flatMap(([, line = '']) => line.split(' '));
  expect(Object.fromEntries(variables.map((entry) => entry.split('=')))).toEqual(gatewayRuntime.env);
});

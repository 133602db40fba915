import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestDatabase, type TestDatabase } from '../test/test-database.ts';
import { SerialClient } from './serial-client.ts';

let server: TestDatabase;
let client: SerialClient;
const warnings: string[] = [];
const onWarning = ({ message }: Error): void => void warnings.push(message);

beforeAll(async () => {
  process.on('warning', onWarning);
  server = await startTestDatabase({ migrated: false });
  client = new SerialClient({ connectionString: server.ownerUrl });
  await client.connect();
}, 60_000);
afterAll(async () => {
  process.off('warning', onWarning);
  await client.end();
  await server.stop();
});

it('runs queries one after the other, without a warning of pg, also after one that failed', async () => {
  const asked = ['SELECT 1 AS n FROM pg_sleep(0.05)', 'SELECT 2 AS n', 'nonsense', 'SELECT 3 AS n'];
  const answers = await Promise.allSettled(asked.map((text) => client.query({ text, rowMode: 'array' })));
  expect(answers.map((answer) => (answer.status === 'fulfilled' ? answer.value.rows[0] : 'failed'))).toEqual([
    [1],
    [2],
    'failed',
    [3],
  ]);
  const called = await new Promise((resolve) => client.query('SELECT 4 AS n', (_, result) => resolve(result.rows)));
  expect(called).toEqual([{ n: 4 }]);
  // Warnings are emitted in a later turn.
  await new Promise((resolve) => setImmediate(resolve));
  expect(warnings).toEqual([]);
});

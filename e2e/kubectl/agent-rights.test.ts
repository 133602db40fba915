import { expect, it } from 'vitest';
import { admin } from '../harness/admin.ts';
import { expectOk } from '../harness/kubectl.ts';

/** What Kubernetes gives every account: reviews of its own rights, and discovery. */
const everybodys = /^self\S+ .*\[create\]$|^ .*\[get\]$/;

it('threat 36: the agent may impersonate and keep its own Secret, nothing else', async () => {
  const asAgent = ['--as=system:serviceaccount:postern-agent:postern-agent', '-n', 'postern-agent'];
  const list = await expectOk(admin(), ['auth', 'can-i', '--list', ...asAgent]);
  const [, ...lines] = list.split('\n').map((line) => line.trimEnd());
  const own = lines.filter((line) => line !== '' && !everybodys.test(line));
  expect(own.map((line) => line.split(/\s{2,}/).join(' ')).toSorted()).toEqual([
    'groups [] [postern:admin] [impersonate]',
    'groups [] [postern:editor] [impersonate]',
    'groups [] [postern:viewer] [impersonate]',
    'secrets [] [postern-agent-identity] [get patch]',
    'users [] [] [impersonate]',
  ]);
});

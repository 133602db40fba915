import { renderKubeconfig } from '@postern/kube';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const evil = [
  'prod\nusers:\n- name: x\n  user:\n    exec:\n      command: sh',
  'prod"\n    exec: {command: sh}',
  '!!python/object/apply:os.system [sh]',
  '&a [*a]',
  '---\nkind: Config',
  'prod\r\n  exec: 1',
  'prod\u2028exec: 1',
  'prod\u0085exec: 1',
  '{exec: {command: sh}}',
  '*',
];

describe('threat 55: a kubeconfig with a hostile name', () => {
  it.each(evil)('threat 55: %j is one value, and nothing else is added', (text) => {
    const user = { token: text };
    const config = parse(
      renderKubeconfig({ server: text, caPem: null, contextName: text, namespace: text, user }),
    ) as object;
    expect(config).toEqual({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: text, cluster: { server: text } }],
      users: [{ name: text, user: { token: text } }],
      contexts: [{ name: text, context: { cluster: text, user: text, namespace: text } }],
      'current-context': text,
    });
  });

  it.each(evil)('threat 55: %j cannot become a program that kubectl runs', (text) => {
    const exec = { command: 'postern', args: ['credential', text], env: { POSTERN_HOME: text } };
    const yaml = renderKubeconfig({ server: 'https://x', caPem: text, contextName: 'x', user: { exec } });
    const { users } = parse(yaml) as { users: { user: { exec: { command: string; args: string[] } } }[] };
    expect(users).toHaveLength(1);
    expect(users[0]?.user.exec).toMatchObject({ command: 'postern', args: ['credential', text] });
  });
});

import { testCertificate } from '@postern/testkit';
import { describe, expect, it } from 'vitest';
import { joinCommands } from './join-commands.ts';

const clusterId = '0198c1d2-0000-7000-8000-000000000001';
const publicOrigin = 'https://postern.example.com';

describe('the commands that use a join token', () => {
  it('are plain if the certificate is publicly trusted', () => {
    expect(
      joinCommands({ clusterId, joinToken: 'postern_join_x' }, { publicOrigin, ca: null, tls: undefined, local: null }),
    ).toEqual({
      installCommand:
        'curl -fsS -H "Authorization: Bearer postern_join_x" https://postern.example.com/install.yaml | kubectl apply -f -',
      outsideCommand:
        'postern agent --url https://postern.example.com --join-token postern_join_x --kubeconfig ~/.kube/config',
      uninstallCommand:
        'kubectl delete namespace,clusterrole,clusterrolebinding -l app.kubernetes.io/instance=0198c1d2-0000-7000-8000-000000000001',
    });
  });

  it('pin the key and name the CA file if the CA is our own, quoted for a shell', async () => {
    const tls = await testCertificate();
    const ca = { pem: tls.cert, file: "/home/o'hara/my ca.crt" };
    const local = joinCommands(
      { clusterId, joinToken: 't' },
      { publicOrigin, ca, tls, local: { demo: true, clusters: [] } },
    );
    expect(local.installCommand).toMatch(/^curl -fsS -k --pinnedpubkey 'sha256\/\/[\w+/]{43}=' -H /);
    expect(local.outsideCommand).toContain(` --ca-file '/home/o'\\''hara/my ca.crt' `);
    const elsewhere = joinCommands({ clusterId, joinToken: 't' }, { publicOrigin, ca, tls, local: null });
    expect(elsewhere.outsideCommand).toContain(' --ca-file ca.crt ');
  });
});

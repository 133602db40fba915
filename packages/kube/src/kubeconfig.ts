import { stringify } from 'yaml';

export interface KubeconfigOptions {
  /** `https://<gateway>/k8s/<organization>/<cluster>`. */
  server: string;
  /** The certificate authority to trust; null if a public one signed the certificate. */
  caPem: string | null;
  /** The name of the cluster, the user and the context. */
  contextName: string;
  namespace?: string;
  /** A static token, or a program that gives kubectl one. */
  user: { token: string } | { exec: { command: string; args: string[]; env?: Record<string, string> } };
}

/** A kubeconfig with one cluster, one user and one context. Written by a YAML encoder, so no value can inject YAML. */
export function renderKubeconfig(options: KubeconfigOptions): string {
  const { contextName: name } = options;
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name,
        cluster: {
          server: options.server,
          ...(options.caPem === null
            ? {}
            : { 'certificate-authority-data': Buffer.from(options.caPem).toString('base64') }),
        },
      },
    ],
    users: [
      { name, user: 'token' in options.user ? { token: options.user.token } : { exec: execPlugin(options.user.exec) } },
    ],
    contexts: [
      {
        name,
        context: {
          cluster: name,
          user: name,
          ...(options.namespace === undefined ? {} : { namespace: options.namespace }),
        },
      },
    ],
    'current-context': name,
  };
  // One line for each text: the encoder loses blanks next to line breaks in its other forms.
  return stringify(config, { lineWidth: 0, blockQuote: false, doubleQuotedAsJSON: true });
}

function execPlugin(exec: { command: string; args: string[]; env?: Record<string, string> }): object {
  return {
    apiVersion: 'client.authentication.k8s.io/v1',
    command: exec.command,
    args: exec.args,
    env: Object.entries(exec.env ?? {}).map(([name, value]) => ({ name, value })),
    interactiveMode: 'IfAvailable',
    provideClusterInfo: false,
    installHint: `The program "${exec.command}" gets your credential from Postern. Install it and sign in with \`postern login\`.`,
  };
}

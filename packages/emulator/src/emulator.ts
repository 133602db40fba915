import { randomBytes } from 'node:crypto';
import { renderKubeconfig } from '@postern/kube';
import { Authorizer } from './api/rbac.ts';
import { makeCertificate } from './certificates.ts';
import { listen } from './server.ts';
import { startDemoCluster } from './simulation/demo-cluster.ts';
import { attempt } from './simulation/report-bug.ts';
import { PodHttp } from './streams/pod-http.ts';
import { PodProcesses } from './streams/pod-processes.ts';
import { detectSandbox, Sandbox, type SandboxKind } from './streams/sandbox.ts';
import { Upgrader } from './streams/upgrade.ts';

export interface EmulatorOptions {
  /** Port on 127.0.0.1; 0 (the default) for any free one. */
  port?: number;
  /**
   * `real` (the default): exec and attach start real processes on this machine. `off`: they are refused.
   */
  shell?: 'real' | 'off';
  /** Absolute paths of folders to hide from the processes of pods, in addition to personal ones. */
  hidden?: string[];
}

export interface Emulator {
  /** `https://127.0.0.1:…`. */
  url: string;
  /** A kubeconfig of an administrator: anyone who has it can run a shell on this machine. */
  kubeconfig: string;
  caPem: string;
  token: string;
  /** How processes of pods are isolated from the rest of this machine; `off`: there are none. */
  sandbox: SandboxKind | 'off';
  /** Ends all connections, streams and processes, and removes the pods' files. */
  close(): Promise<void>;
}

/**
 * Starts a small Kubernetes API with a demo cluster behind it. It listens on loopback only, with a certificate and a token
 * created for this run.
 * @throws if the port is not available.
 */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const { port = 0, shell = 'real', hidden = [] } = options;
  const certificate = await makeCertificate(Date.now());
  const token = randomBytes(32).toString('base64url');
  const sandbox = shell === 'real' ? await detectSandbox(hidden) : new Sandbox('limits', undefined);
  const processes = new PodProcesses(shell === 'real', sandbox);
  const http = new PodHttp();
  const { store, clock, resources, kubelet } = startDemoCluster((pod) => {
    processes.end(pod);
    http.forget(pod);
  });
  processes.onMainEnded((pod, container, code) =>
    attempt('the end of a program', () => kubelet.containerEnded(pod, container, code)),
  );
  const authorizer = new Authorizer(store);
  const upgrader = new Upgrader({ store, clock, processes, http });
  const stop = () => {
    clock.stop();
    processes.endAll();
    http.close();
  };
  const context = { store, clock, resources, authorizer, token };
  const listener = await listen(context, upgrader, { certificate, port }).catch((error: Error) => {
    stop();
    throw error;
  });
  const url = `https://127.0.0.1:${listener.port}`;
  const { caPem } = certificate;
  return {
    url,
    caPem,
    token,
    sandbox: shell === 'real' ? sandbox.kind : 'off',
    kubeconfig: renderKubeconfig({ server: url, caPem, contextName: 'demo', user: { token } }),
    close: async () => {
      stop();
      await listener.close();
    },
  };
}

/** The agent's credential for the apiserver. */
export interface Credential {
  /** Value of the Authorization header. */
  authorization?: string;
  /** Client certificate and key, PEM. */
  cert?: string | Buffer;
  key?: string | Buffer;
}

/** An apiserver and how to reach it, from a kubeconfig context or the pod's own ServiceAccount. */
export interface ClusterEndpoint {
  /** `https://host:port`, with the server's path prefix if it has one. `http:` only on loopback. */
  server: URL;
  /** PEM of the authorities to trust, read for each connection because it may change. If undefined, the system's. */
  readonly ca: Buffer | undefined;
  /** Name to verify, and to send as SNI, instead of the host. */
  serverName: string | undefined;
  /** True only if the kubeconfig itself has `insecure-skip-tls-verify`. */
  skipVerification: boolean;
  /** An `http:` or `https:` proxy. */
  proxy: string | undefined;
  /** The credential; cached, so it can be called for each request. @throws Error if an exec plugin fails. */
  authenticate(): Promise<Credential>;
  /** Call if the apiserver refused the credential: the next `authenticate` does not use the cache. */
  forget(): void;
}

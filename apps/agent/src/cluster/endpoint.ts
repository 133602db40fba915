/** What the agent shows the apiserver to be let in. */
export interface Credential {
  /** Value of the Authorization header. */
  authorization?: string;
  /** Client certificate and key, PEM. */
  cert?: string | Buffer;
  key?: string | Buffer;
}

/** An apiserver and how to reach it: a kubeconfig context, or the pod's own ServiceAccount. */
export interface ClusterEndpoint {
  /** `https://host:port` with a path where a server sits behind one. `http:` only on loopback. */
  server: URL;
  /** PEM of the authorities to trust, as they are now: asked for each connection. The system's when undefined. */
  readonly ca: Buffer | undefined;
  /** Name to verify and to send as SNI instead of the host. */
  serverName: string | undefined;
  /** True only where the kubeconfig itself says `insecure-skip-tls-verify`. */
  skipVerification: boolean;
  /** An `http:` or `https:` proxy. */
  proxy: string | undefined;
  /** Cheap to call for each request: caches what it may. @throws Error when an exec plugin fails. */
  authenticate(): Promise<Credential>;
  /** The apiserver refused the credential: the next `authenticate` must not answer from a cache. */
  forget(): void;
}

/** What readiness is decided from. */
export interface ConnectionState {
  /** Tunnels to gateways that are connected. */
  tunnels: number;
  /** SIGTERM was received. */
  isStopping: boolean;
}

export interface Readiness {
  ready: boolean;
  /** Why, in words. */
  message: string;
}

/** Ready is an agent through which requests can come. Pure, so that probes cannot disagree with what is tracked. */
export function readiness(state: ConnectionState): Readiness {
  if (state.isStopping) return { ready: false, message: 'the agent is stopping' };
  if (state.tunnels === 0) return { ready: false, message: 'no tunnel to a gateway' };
  return { ready: true, message: state.tunnels === 1 ? '1 tunnel' : `${state.tunnels} tunnels` };
}

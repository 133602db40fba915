/** The input of `readiness`. */
export interface ConnectionState {
  /** Number of connected tunnels. */
  tunnels: number;
  /** SIGTERM was received. */
  isStopping: boolean;
}

export interface Readiness {
  ready: boolean;
  /** The reason, for people. */
  message: string;
}

/** An agent is ready if it can receive requests. A pure function, so that probes cannot disagree with the tracked state. */
export function readiness(state: ConnectionState): Readiness {
  if (state.isStopping) return { ready: false, message: 'the agent is stopping' };
  if (state.tunnels === 0) return { ready: false, message: 'no tunnel to a gateway' };
  return { ready: true, message: state.tunnels === 1 ? '1 tunnel' : `${state.tunnels} tunnels` };
}

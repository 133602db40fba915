import { get, list, number, text } from '#features/kube/read.ts';

const kinds = { Startup: 'startupProbe', Readiness: 'readinessProbe', Liveness: 'livenessProbe' } as const;
export type ProbeKind = keyof typeof kinds;

export interface ProbeFailure {
  kind: ProbeKind;
  /** What the kubelet saw. */
  message: string;
}

/** Reads the message of an `Unhealthy` event (pkg/kubelet/prober/prober.go); undefined if it is another. */
export function readProbeFailure(message: string): ProbeFailure | undefined {
  const [, kind, rest = ''] =
    /^(Startup|Readiness|Liveness) probe (?:failed|errored)[^:]*: ?(.*)$/s.exec(message) ?? [];
  return kind === undefined ? undefined : { kind: kind as ProbeKind, message: rest.trim() };
}

/** What a probe does, with its limits: `GET http :8080/healthz every 10 s, times out after 1 s, fails after 3`. */
export function probeWords(container: unknown, kind: ProbeKind): string | undefined {
  const probe = get(container, kinds[kind]);
  if (probe === undefined) return undefined;
  const every = `every ${number(probe, 'periodSeconds') ?? 10} s`;
  const timeout = `times out after ${number(probe, 'timeoutSeconds') ?? 1} s`;
  const failures = number(probe, 'failureThreshold') ?? 3;
  return `${targetWords(probe)} ${every}, ${timeout}, fails after ${failures} ${failures === 1 ? 'try' : 'tries'}`;
}

function targetWords(probe: unknown): string {
  const http = get(probe, 'httpGet');
  if (http !== undefined) {
    const scheme = (text(http, 'scheme') ?? 'HTTP').toLowerCase();
    return `GET ${scheme} :${text(http, 'port') ?? ''}${text(http, 'path') ?? '/'}`;
  }
  if (get(probe, 'tcpSocket') !== undefined) return `TCP :${text(probe, 'tcpSocket', 'port') ?? ''}`;
  if (get(probe, 'grpc') !== undefined) return `gRPC :${text(probe, 'grpc', 'port') ?? ''}`;
  return list(probe, 'exec', 'command').map(String).join(' ');
}

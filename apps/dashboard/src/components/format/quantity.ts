const scales: Record<string, number> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/**
 * A Kubernetes quantity (`250m`, `1.5Gi`, `2e3`) as a number: cores for CPU, bytes for memory. NaN if it is invalid.
 * Grammar: apimachinery, pkg/api/resource/quantity.go.
 */
export function parseQuantity(text: string): number {
  const match = /^([+-]?(?:\d+\.?\d*|\.\d+))(?:([eE][+-]?\d+)|([numkMGTPE]|[KMGTPE]i)?)$/.exec(text.trim());
  if (match === null) return Number.NaN;
  const [, digits = '', exponent = '', suffix = ''] = match;
  return Number(`${digits}${exponent}`) * (scales[suffix] ?? Number.NaN);
}

/** Formats CPU cores: `250m` below one, otherwise with at most two decimal places. */
export function formatCores(cores: number): string {
  if (cores < 0.9995) return `${Math.round(cores * 1000)}m`;
  return String(Math.round(cores * 100) / 100);
}

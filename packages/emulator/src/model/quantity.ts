const binary = new Map([
  ['Ki', 2 ** 10],
  ['Mi', 2 ** 20],
  ['Gi', 2 ** 30],
  ['Ti', 2 ** 40],
  ['Pi', 2 ** 50],
]);
const decimal = new Map([
  ['n', 1e-9],
  ['u', 1e-6],
  ['m', 1e-3],
  ['', 1],
  ['k', 1e3],
  ['M', 1e6],
  ['G', 1e9],
  ['T', 1e12],
  ['P', 1e15],
]);

/** The value of a resource.Quantity (`250m`, `1Gi`); undefined if it is invalid. */
export function parseQuantity(quantity: string | number): number | undefined {
  const match = /^([+-]?[0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?)([KMGTP]i|[numkMGTP]?)$/.exec(String(quantity));
  const [, digits, suffix] = match ?? [];
  if (digits === undefined || suffix === undefined) return undefined;
  return Number(digits) * (binary.get(suffix) ?? decimal.get(suffix) ?? 1);
}

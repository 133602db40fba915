/**
 * The best coding that a client accepts (RFC 9110, 12.5.3): the first of `offered` that it names. Weight 0 means not accepted;
 * other weights and `*` are ignored.
 * @param header the client's `Accept-Encoding`.
 */
export function acceptedCoding<C extends string>(
  header: string | string[] | undefined,
  offered: readonly C[],
): C | undefined {
  const codings = new Set<string>();
  for (const part of String(header ?? '').split(',')) {
    const [coding = '', ...parameters] = part.toLowerCase().split(';');
    if (!parameters.some((parameter) => /^\s*q\s*=\s*0(?:\.0*)?\s*$/.test(parameter))) codings.add(coding.trim());
  }
  return offered.find((coding) => codings.has(coding));
}

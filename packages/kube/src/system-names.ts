/**
 * Whether a user or group is one of Kubernetes' own (`system:…`), or is written so that some reader could take it for one: in
 * capitals, percent-encoded, behind Postern's prefix. Such a name is never impersonated, even where the apiserver would not
 * recognise it. Look-alike letters need no rule here: no name with a character outside ASCII is accepted anyway.
 */
export function looksLikeSystem(name: string): boolean {
  let text = name;
  for (let round = 0; round < 4; round++) text = text.replaceAll(/%([0-9a-f]{2})/gi, decodeByte);
  const visible = text.toLowerCase().replaceAll(/[\s\p{Cc}\p{Cf}]/gu, '');
  return /^(?:postern:|service-account:|team:)*system(?::|$)/.test(visible);
}

const decodeByte = (_: string, hex: string): string => String.fromCharCode(Number.parseInt(hex, 16));

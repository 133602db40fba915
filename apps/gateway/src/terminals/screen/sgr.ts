import type { Attributes } from './xterm-internals.ts';

/** How xterm.js marks the kind of a colour. */
const colorMode = { palette16: 0x1000000, palette256: 0x2000000, rgb: 0x3000000 } as const;

/** The escape sequence (SGR, and DECSCA for protected text) that sets exactly these attributes, whatever was set before. */
export function sgrOf(attributes: Attributes): string {
  const codes: (number | string)[] = [0];
  if (attributes.isBold()) codes.push(1);
  if (attributes.isDim()) codes.push(2);
  if (attributes.isItalic()) codes.push(3);
  if (attributes.isUnderline()) codes.push(`4:${attributes.getUnderlineStyle() || 1}`);
  if (attributes.isBlink()) codes.push(5);
  if (attributes.isInverse()) codes.push(7);
  if (attributes.isInvisible()) codes.push(8);
  if (attributes.isStrikethrough()) codes.push(9);
  if (attributes.isOverline()) codes.push(53);
  codes.push(...color(38, attributes.getFgColorMode(), attributes.getFgColor()));
  codes.push(...color(48, attributes.getBgColorMode(), attributes.getBgColor()));
  if (attributes.isUnderline()) codes.push(...underlineColor(attributes));
  // In xterm.js, SGR 0 ends the protection of what follows as well.
  return `\x1b[${codes.join(';')}m${attributes.isProtected() ? '\x1b[1"q' : ''}`;
}

/** The same for what is written next, for which the colour of underlines is kept while nothing is underlined. */
export function sgrOfNext(attributes: Attributes): string {
  const kept = underlineColor(attributes);
  return sgrOf(attributes) + (kept.length > 0 && !attributes.isUnderline() ? `\x1b[${kept.join(';')}m` : '');
}

/** A background alone, as erasing leaves it. */
export function backgroundOf(attributes: Attributes): string {
  return `\x1b[${[0, ...color(48, attributes.getBgColorMode(), attributes.getBgColor())].join(';')}m`;
}

function underlineColor({ extended }: Attributes): string[] {
  return color(58, extended.underlineColor & colorMode.rgb, extended.underlineColor & 0xffffff);
}

function color(target: 38 | 48 | 58, mode: number, value: number): string[] {
  if (mode === colorMode.rgb) return [`${target}:2::${value >> 16}:${(value >> 8) & 0xff}:${value & 0xff}`];
  if (mode === colorMode.palette256) return [`${target}:5:${value & 0xff}`];
  if (mode !== colorMode.palette16 || target === 58) return [];
  const base = target - 8 + (value >= 8 ? 60 : 0);
  return [`${base + (value & 7)}`];
}

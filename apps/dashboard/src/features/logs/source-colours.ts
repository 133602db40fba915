import { COLOURS } from './line-source.ts';

/** Text colours of sources, light and dark, in the order in which neighbours differ most. Each has a contrast of 4.5:1 or more. */
export const sourceColours: readonly [light: string, dark: string][] = [
  ['#1d5fd1', '#8db4ff'],
  ['#a3480a', '#f5b17d'],
  ['#0e7046', '#66d6a0'],
  ['#9b2fa0', '#e79cec'],
  ['#0b6c7d', '#68d0e2'],
  ['#b3264f', '#ff9bb5'],
  ['#5c6a0a', '#c8d65f'],
  ['#6242c9', '#b9a5ff'],
  ['#8a5a00', '#e8c162'],
  ['#2f6b1f', '#93d47c'],
  ['#8d4a5f', '#e0a8bb'],
  ['#4a6076', '#a9bfd6'],
];

/** A CSS colour for the current theme. */
export function sourceColour(colour: number): string {
  const [light, dark] = sourceColours[colour % COLOURS] ?? ['inherit', 'inherit'];
  return `light-dark(${light}, ${dark})`;
}

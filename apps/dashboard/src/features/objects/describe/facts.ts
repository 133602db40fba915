import type { Tone } from '#components/ui/tone.ts';
import type { ObjectReference } from '#features/health/diagnosis.ts';

export type FactValue =
  | { type: 'text'; text: string }
  /** Technical values: addresses, images, selectors. */
  | { type: 'code'; text: string }
  /** RFC 3339. */
  | { type: 'time'; at: string }
  | { type: 'state'; tone: Tone; text: string }
  | { type: 'link'; to: ObjectReference }
  | { type: 'list'; items: readonly FactValue[] };

export interface Fact {
  label: string;
  value: FactValue;
}

export interface ContainerFacts {
  name: string;
  /** `init`, `sidecar`, `debug`; undefined for an ordinary container. */
  role: string | undefined;
  image: string;
  state: { tone: Tone; text: string } | undefined;
  /** How the last run ended, if there was one. */
  last: string | undefined;
  restarts: number;
  facts: readonly Fact[];
}

export interface DataEntry {
  key: string;
  /** Text as stored; base64 if the entry is encoded. */
  value: string;
  encoded: boolean;
}

export type Section =
  | { type: 'containers'; containers: readonly ContainerFacts[] }
  | { type: 'table'; title: string; columns: readonly string[]; rows: readonly (readonly FactValue[])[] }
  | { type: 'data'; title: string; entries: readonly DataEntry[]; secret: boolean }
  /** Live pods by selector. */
  | { type: 'pods'; title: string; namespace: string; labelSelector?: string; fieldSelector?: string };

/** What the page of an object shows in addition to the fields common to all objects. */
export interface Description {
  state?: { tone: Tone; text: string } | undefined;
  facts: readonly Fact[];
  sections: readonly Section[];
}

export const textValue = (text: string): FactValue => ({ type: 'text', text });
export const code = (text: string): FactValue => ({ type: 'code', text });

/** A fact, or nothing if there is no value. */
export function fact(label: string, value: FactValue | string | number | undefined): Fact[] {
  if (value === undefined || value === '') return [];
  if (typeof value === 'object' && value.type === 'list' && value.items.length === 0) return [];
  return [{ label, value: typeof value === 'object' ? value : textValue(String(value)) }];
}

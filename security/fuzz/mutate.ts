import { edgeNumbers, nastyTexts } from './dictionary.ts';
import type { Random } from './random.ts';

/** Changes bytes in one to three places: flips, removes, duplicates, moves or inserts some. */
export function mutateBytes(random: Random, bytes: Buffer): Buffer {
  let changed: Buffer = Buffer.from(bytes);
  for (let round = random.int(1, 3); round > 0; round--) changed = changeBytes(random, changed);
  return changed;
}

function changeBytes(random: Random, bytes: Buffer): Buffer {
  const at = random.int(0, bytes.length);
  const to = random.int(at, Math.min(bytes.length, at + random.pick([1, 4, 16, 64])));
  const [before, middle, after] = [bytes.subarray(0, at), bytes.subarray(at, to), bytes.subarray(to)];
  switch (random.int(0, 8)) {
    case 0:
      if (at < bytes.length) bytes[at] = (bytes[at] ?? 0) ^ (1 << random.int(0, 7));
      return bytes;
    case 1:
      if (at < bytes.length) bytes[at] = random.pick([0, 1, 0x7f, 0x80, 0xff, random.int(0, 255)]);
      return bytes;
    case 2:
      return Buffer.concat([before, after]);
    case 3:
      return Buffer.concat([before, middle, middle, after]);
    case 4:
      return Buffer.concat([before, random.bytes(random.int(1, 16)), after]);
    case 5:
      return Buffer.concat([before, Buffer.from(random.pick(nastyTexts)), after]);
    case 6:
      return Buffer.concat([after, before, middle]);
    case 7:
      return Buffer.from(before);
    default: {
      if (bytes.length < 4) return bytes;
      const number = Math.trunc(random.pick(edgeNumbers.filter((edge) => edge >= 0 && edge < 2 ** 32)));
      bytes.writeUInt32BE(number, random.int(0, bytes.length - 4));
      return bytes;
    }
  }
}

/** Changes text in one to three places. The result may contain lone surrogates and control characters. */
export function mutateText(random: Random, text: string): string {
  let changed = text;
  for (let round = random.int(1, 3); round > 0; round--) {
    const at = random.int(0, changed.length);
    const to = random.int(at, Math.min(changed.length, at + 8));
    const middle = random.pick([
      '',
      random.pick(nastyTexts),
      changed.slice(at, to).repeat(random.pick([2, 2, 3, 40])),
      changed.slice(at, to).toUpperCase(),
      String.fromCharCode(random.pick([random.int(0, 127), random.int(0, 0xffff)])),
      encodeURIComponent(changed.slice(at, to).toWellFormed()),
    ]);
    changed = changed.slice(0, at) + middle + changed.slice(to);
  }
  return changed;
}

/** Changes a JSON value in one to three places: parts of another type, missing, duplicated, renamed or nested. */
export function mutateJson(random: Random, value: unknown): unknown {
  let changed = value;
  for (let round = random.int(1, 3); round > 0; round--) changed = changeJson(random, changed, 0);
  return changed;
}

function changeJson(random: Random, value: unknown, depth: number): unknown {
  const isContainer = typeof value === 'object' && value !== null;
  if (!isContainer || depth > 6 || random.chance(0.12)) return anotherValue(random, value);
  if (Array.isArray(value)) {
    const items = [...value];
    const at = random.int(0, Math.max(0, items.length - 1));
    const roll = items.length === 0 ? 0 : random.next();
    if (roll < 0.2) items.splice(at, 0, anotherValue(random, items[at]));
    else if (roll < 0.35) items.splice(at, 1);
    else items[at] = changeJson(random, items[at], depth + 1);
    return items;
  }
  // Fields as entries, so that `__proto__` is a field like any other.
  const fields = Object.entries(value);
  if (fields.length === 0 || random.chance(0.1)) {
    fields.push([random.pick(nastyTexts), anotherValue(random, undefined)]);
  } else {
    const at = random.int(0, fields.length - 1);
    const [name, inner] = fields[at] as [string, unknown];
    const roll = random.next();
    if (roll < 0.1) fields.splice(at, 1);
    else if (roll < 0.15) fields[at] = [mutateText(random, name), inner];
    else fields[at] = [name, changeJson(random, inner, depth + 1)];
  }
  return Object.fromEntries(fields);
}

/** An object with the names of common methods of strings and arrays, none of which can be called. */
const methodNames = {
  find: 1,
  map: null,
  slice: 'x',
  replaceAll: [],
  trim: {},
  toString: 1,
  valueOf: 1,
  toJSON: 1,
  // biome-ignore lint/suspicious/noThenProperty: it has to look like a promise without being one.
  then: {},
  length: -1,
};

function anotherValue(random: Random, value: unknown): unknown {
  switch (random.int(0, 10)) {
    case 0:
      return null;
    case 1:
      return random.chance(0.5);
    case 2:
      return random.pick(edgeNumbers);
    case 3:
      return random.pick(nastyTexts);
    case 4:
      return [];
    case 5:
      return {};
    case 6:
      return [value, value];
    case 7:
      return { [random.pick(nastyTexts)]: value };
    case 8:
      return nested(value, random.pick([3, 50, 1_000]));
    default:
      return typeof value === 'string' && random.chance(0.6) ? mutateText(random, value) : { ...methodNames };
  }
}

function nested(value: unknown, depth: number): unknown {
  let whole: unknown = value;
  for (let level = 0; level < depth; level++) whole = [whole];
  return whole;
}

/** JSON text of a mutated value; sometimes no longer valid JSON. */
export function mutatedJsonText(random: Random, value: unknown): string {
  // JSON.stringify returns undefined for undefined.
  const text = JSON.stringify(mutateJson(random, value)) ?? '';
  return random.chance(0.15) ? mutateText(random, text) : text;
}

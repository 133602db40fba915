import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { oneLine } from './primitives.ts';
import type { Route } from './route.ts';
import { routes } from './routes.ts';
import * as socket from './socket.ts';

/** Every schema of client input, over REST and over socket.io. */
const requests: [string, z.ZodType][] = [
  ...Object.entries<Route>(routes).flatMap(([name, { params, query, body }]) =>
    Object.entries({ params, query, body }).flatMap(([part, schema]): [string, z.ZodType][] =>
      schema === undefined ? [] : [[`${name}.${part}`, schema]],
    ),
  ),
  ...Object.entries(socket).flatMap(([name, schema]): [string, z.ZodType][] =>
    schema instanceof z.ZodType ? [[name, schema]] : [],
  ),
];

const closedFormats: ReadonlySet<string> = new Set(['uuid', 'datetime']);

interface Definition {
  type: string;
  format?: string;
  checks?: { _zod: { def: { check: string; pattern?: RegExp } } }[];
  shape?: Record<string, z.ZodType>;
  element?: z.ZodType;
  keyType?: z.ZodType;
  valueType?: z.ZodType;
  innerType?: z.ZodType;
  out?: z.ZodType;
  options?: z.ZodType[];
}

/** Paths of the strings in a schema that may contain characters which a log or PostgreSQL cannot hold. */
function openStrings(schema: z.ZodType, path = ''): string[] {
  const definition = schema._zod.def as unknown as Definition;
  const inside = (inner: z.ZodType | undefined, name: string): string[] =>
    inner === undefined ? [`${path}${name}: not understood`] : openStrings(inner, `${path}${name}`);
  switch (definition.type) {
    case 'string':
      return isClosed(definition) || refusesAll(schema) ? [] : [path];
    case 'object':
      return Object.entries(definition.shape ?? {}).flatMap(([name, inner]) => inside(inner, `.${name}`));
    case 'record':
      return [...inside(definition.keyType, '{key}'), ...inside(definition.valueType, '{value}')];
    case 'array':
      return inside(definition.element, '[]');
    case 'union':
      return (definition.options ?? [undefined]).flatMap((option) => inside(option as z.ZodType, '|'));
    case 'optional':
    case 'nullable':
    case 'default':
    case 'prefault':
      return inside(definition.innerType, '');
    case 'pipe':
      return inside(definition.out, '');
    case 'number':
    case 'boolean':
    case 'enum':
    case 'literal':
      return [];
    case 'custom':
      // Bytes, for which strings are refused.
      return schema.safeParse('').success || schema.safeParse('x').success ? [path] : [];
    default:
      return [`${path}: a schema of type ${definition.type}, which this test does not know`];
  }
}

function isClosed({ format, checks = [] }: Definition): boolean {
  if (format !== undefined && closedFormats.has(format)) return true;
  return checks.some(({ _zod }) => _zod.def.pattern === oneLine);
}

const hostile = [
  '\u0000',
  '\u0001',
  '\t',
  '\n',
  '\r',
  '\u001b',
  '\u007f',
  '\u0085',
  '\u2028',
  '\u2029',
  '\ud800',
  '\udc00',
];

/** For the few multi-line strings, and those that pass through another schema first. */
function refusesAll(schema: z.ZodType): boolean {
  const isPem = (character: string): boolean => character === '\n' && schema.safeParse('a\nb').success;
  return (
    hostile
      .filter((character) => !isPem(character))
      .every((character) =>
        ['', 'a', 'ada@example.com'].every(
          (start) =>
            !schema.safeParse(`${start}${character}`).success && !schema.safeParse(`${start}${character}b`).success,
        ),
      ) &&
    (schema.safeParse('a').success || schema.safeParse('ada@example.com').success)
  );
}

describe('a string from a client', () => {
  it.each(requests)('in %s is a single line', (_, schema) => {
    expect(openStrings(schema)).toEqual([]);
  });

  it('is found by this test however deeply it is nested', () => {
    const open = z.object({
      a: z.string(),
      b: z.string().max(3).optional(),
      c: z.array(z.object({ d: z.string().nullable() })),
      e: z.record(z.string(), z.string().regex(/^[^\0]*$/)),
      f: z.union([z.number(), z.string()]),
      g: z.string().pipe(z.string()),
      h: z.any(),
      i: z.string().trim().default(''),
    });
    expect(openStrings(open)).toEqual([
      '.a',
      '.b',
      '.c[].d',
      '.e{key}',
      '.e{value}',
      '.f|',
      '.g',
      '.h: a schema of type any, which this test does not know',
      '.i',
    ]);
  });
});

it.each(hostile)('a single line contains no %j, at any position', (character) => {
  for (const value of [character, `a${character}`, `${character}a`, `a${character}b`])
    expect(value).not.toMatch(oneLine);
});

it.each(['', 'a b', 'é', '日本', '👩‍💻', '😀', 'a\u0301'])('a single line may be %j', (value) => {
  expect(value).toMatch(oneLine);
});

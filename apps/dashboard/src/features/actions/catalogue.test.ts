import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { kindActions } from '#features/browser/kind-actions.ts';
import { knownKinds } from '#features/kube/known-kinds.ts';
import type { Action } from './action.ts';

const source = join(import.meta.dirname, '../..');
const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter(
  (file) => /\.tsx?$/.test(file) && !/\.test\./.test(file),
);

/** All actions defined by modules named `…-actions.ts`. */
async function defined(): Promise<Action<never>[]> {
  const modules: object[] = [];
  // One after the other: a module that is imported twice at the same moment may be evaluated twice.
  for (const file of files.filter((name) => name.endsWith('-actions.ts')))
    modules.push(await import(join(source, file)));
  const found = new Set<Action<never>>(kindActions(Object.values(knownKinds)));
  for (const value of modules.flatMap((module) => Object.values(module))) {
    const several: unknown[] = isAction(value) || typeof value !== 'object' ? [value] : Object.values(value);
    for (const one of several) if (isAction(one)) found.add(one);
  }
  return [...found];
}

const isAction = (value: unknown): value is Action<never> =>
  typeof value === 'object' && value !== null && 'id' in value && 'group' in value && 'run' in value;

describe('the actions of the dashboard', () => {
  it('are each defined once', async () => {
    const all = await defined();
    expect(all.length).toBeGreaterThan(40);
    const ids = all.map(({ id }) => id);
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
  });

  it('have valid keys, none of which starts the sequence of another', async () => {
    const keys = (await defined()).flatMap(({ keys: own }) => own ?? []);
    for (const one of keys) expect(one).toMatch(/^((mod|ctrl|alt|shift)\+)*[^\s+A-Z]+( [^\s+A-Z]+)?$/);
    const sequences = keys.filter((one) => one.includes(' ')).map((one) => one.split(' ')[0]);
    expect(keys.filter((one) => sequences.includes(one))).toEqual([]);
  });

  it('are the only shortcuts: no other file names keys or listens for them', () => {
    // In the palette's field, Escape is the browser's own key; the gallery only shows styles.
    const exempt = new Set(['features/palette/palette-field.tsx', 'features/gallery/gallery.tsx']);
    const naming = files.filter(
      (file) =>
        !file.endsWith('-actions.ts') &&
        !exempt.has(file) &&
        /\bkeys(?:=\{?|: )['"`]/.test(readFileSync(join(source, file), 'utf8')),
    );
    expect(naming).toEqual([]);
    const listening = files.filter((file) =>
      /addEventListener\('key(?:down|up|press)'/.test(readFileSync(join(source, file), 'utf8')),
    );
    expect(listening).toEqual(['features/actions/keyboard.tsx']);
  });

  it('fill the menus: no menu has items of its own', () => {
    // The choice of a table's columns is offered nowhere else, so it is no action; the gallery only shows styles.
    const exempt = ['features/browser/table-toolbar.tsx', 'features/gallery/gallery.tsx'];
    const own = files.filter((file) => /<MenuItem\b/.test(readFileSync(join(source, file), 'utf8')));
    expect(own.sort()).toEqual(['features/actions/action-item.tsx', ...exempt]);
  });
});

'use client';
import { Field } from '#components/ui/field.tsx';
import { Input } from '#components/ui/input.tsx';
import { Select } from '#components/ui/select.tsx';
import { useClusters } from '#features/clusters/use-clusters.ts';

const levelOptions = [
  { value: 'viewer', label: 'Viewer: read, no secrets' },
  { value: 'editor', label: 'Editor: change, terminals' },
  { value: 'admin', label: 'Admin: everything' },
];

interface FieldOfForm {
  error: string | undefined;
  defaultValue?: string;
}

/** The cluster that an access is for, by name. */
export function ClusterField({ organization, error, defaultValue }: FieldOfForm & { organization: string }) {
  const names = useClusters(organization).data?.map(({ name }) => name) ?? [];
  const shown = defaultValue && !names.includes(defaultValue) ? [defaultValue, ...names] : names;
  return (
    <Field label="Cluster" error={error}>
      {(control) => (
        <Select
          // A default counts only when the select is made.
          key={shown.join(' ')}
          {...control}
          name="cluster"
          options={shown.map((name) => ({ value: name, label: name }))}
          defaultValue={defaultValue || shown[0]}
        />
      )}
    </Field>
  );
}

export function LevelField({ error, defaultValue = 'viewer' }: FieldOfForm) {
  return (
    <Field label="Level" error={error}>
      {(control) => <Select {...control} name="level" options={levelOptions} defaultValue={defaultValue} />}
    </Field>
  );
}

export function NamespacesField({ error, defaultValue }: FieldOfForm) {
  return (
    <Field label="Namespaces" hint="Separated by commas. Leave it empty for the whole cluster." error={error}>
      {(control) => (
        <Input
          {...control}
          name="namespaces"
          placeholder="shop, cart"
          autoComplete="off"
          spellCheck={false}
          defaultValue={defaultValue}
        />
      )}
    </Field>
  );
}

/** Names written with commas or spaces between them. */
export function namesIn(text: string): string[] {
  return text.split(/[\s,]+/).filter(Boolean);
}

/** The error of a field or of one of its entries (`namespaces.0`). */
export function errorOf(fields: Readonly<Record<string, string>>, name: string): string | undefined {
  return fields[name] ?? Object.entries(fields).find(([path]) => path.startsWith(`${name}.`))?.[1];
}

'use client';
import { Search } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { Button } from '#components/ui/button.tsx';
import { Field } from '#components/ui/field.tsx';
import { Input } from '#components/ui/input.tsx';
import { Select } from '#components/ui/select.tsx';
import { written } from '#features/browser-session/use-form.ts';
import { useClusters } from '#features/clusters/use-clusters.ts';
import { type AuditFilter, filterNames, outcomes, spans } from './audit-filter.ts';

const typed = [
  { name: 'actor', label: 'Who', hint: 'ada@example.com' },
  { name: 'action', label: 'Action', hint: 'kube. or cluster.create' },
  { name: 'resource', label: 'Resource', hint: 'pods' },
  { name: 'namespace', label: 'Namespace', hint: 'shop' },
] as const;

const fieldNames = ['text', ...typed.map(({ name }) => name)] as const;

const decisions = [
  { value: '', label: 'Any outcome' },
  ...Object.entries(outcomes).map(([value, label]) => ({ value, label })),
];
const times = [
  { value: '', label: 'Any time' },
  ...Object.entries(spans).map(([value, { label }]) => ({ value, label })),
];

/**
 * What of the trail is shown. Typed words count when the form is sent, not at each key, because every look at the trail is
 * recorded.
 */
export function FilterBar({
  organization,
  filter,
  onFilter,
}: {
  organization: string;
  filter: AuditFilter;
  onFilter: (change: Partial<AuditFilter>) => void;
}) {
  const names = useClusters(organization).data?.map(({ name }) => name) ?? [];
  const clusters = filter.cluster === '' || names.includes(filter.cluster) ? names : [filter.cluster, ...names];
  const choices = [
    {
      name: 'cluster',
      label: 'Cluster',
      options: [{ value: '', label: 'All clusters' }, ...clusters.map((value) => ({ value, label: value }))],
    },
    { name: 'decision', label: 'Outcome', options: decisions },
    { name: 'span', label: 'Time', options: times },
  ] as const;
  const form = useRef<HTMLFormElement>(null);
  // The address can change without the form, as with the browser's Back. The fields stay, and so does the focus.
  useEffect(() => {
    for (const name of fieldNames) {
      const field = form.current?.elements.namedItem(name);
      if (field instanceof HTMLInputElement) field.value = filter[name];
    }
  }, [filter]);
  return (
    <search aria-label="Audit trail">
      <form
        ref={form}
        className="mb-4 grid grid-cols-4 gap-2 max-lg:grid-cols-2"
        onSubmit={(event) => {
          event.preventDefault();
          const data = new FormData(event.currentTarget);
          onFilter(Object.fromEntries(filterNames.map((name) => [name, written(data, name)])));
        }}
      >
        <Field label="Search" className="max-lg:col-span-2">
          {(control) => (
            <Input
              {...control}
              type="search"
              name="text"
              placeholder="Anything in an entry…"
              leading={<Search aria-hidden />}
              maxLength={200}
              defaultValue={filter.text}
            />
          )}
        </Field>
        {choices.map(({ name, label, options }) => (
          <Field key={name} label={label}>
            {(control) => (
              <Select
                {...control}
                name={name}
                options={options}
                value={filter[name]}
                onChange={(event) => event.currentTarget.form?.requestSubmit()}
              />
            )}
          </Field>
        ))}
        {typed.map(({ name, label, hint }) => (
          <Field key={name} label={label}>
            {(control) => (
              <Input
                {...control}
                name={name}
                placeholder={hint}
                maxLength={name === 'action' ? 100 : 253}
                autoComplete="off"
                spellCheck={false}
                defaultValue={filter[name]}
              />
            )}
          </Field>
        ))}
        <Button type="submit" className="justify-self-start max-lg:self-end">
          Search
        </Button>
      </form>
    </search>
  );
}

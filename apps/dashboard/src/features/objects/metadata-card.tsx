'use client';
import { useState } from 'react';
import { Card } from '#components/ui/card.tsx';
import type { KubeObject } from '#features/kube/kube-object.ts';
import { list, strings, text } from '#features/kube/read.ts';
import { type Fact, type FactValue, fact } from './describe/facts.ts';
import { timeOf } from './describe/workloads.ts';
import { FactList } from './fact-list.tsx';

const SHORT = 120;

/** The metadata of any object: creation time, owners, labels and annotations. */
export function MetadataCard({ object, facts }: { object: KubeObject; facts: readonly Fact[] }) {
  const { metadata } = object;
  const namespace = text(metadata, 'namespace') ?? '';
  const owners = list(metadata, 'ownerReferences').map(
    (owner): FactValue => ({
      type: 'link',
      to: {
        apiVersion: text(owner, 'apiVersion') ?? '',
        kind: text(owner, 'kind') ?? '',
        namespace,
        name: text(owner, 'name') ?? '',
      },
    }),
  );
  const kinds = list(metadata, 'ownerReferences').map((owner) => text(owner, 'kind') ?? '');
  const finalizers = list(metadata, 'finalizers').map(String);
  const deleted = text(metadata, 'deletionTimestamp');
  return (
    <Card>
      <FactList
        wide
        facts={[
          ...fact('Being deleted', deleted === undefined ? undefined : { type: 'time', at: deleted }),
          ...fact('Waits for', deleted === undefined || finalizers.length === 0 ? undefined : finalizers.join(', ')),
          ...facts,
          ...fact('Created', timeOf(metadata, 'creationTimestamp')),
          ...fact(
            kinds.length === 1 ? `Owned by ${kinds[0]}` : 'Owned by',
            owners.length === 0 ? undefined : { type: 'list', items: owners },
          ),
        ]}
      />
      <Pairs title="Labels" pairs={strings(metadata, 'labels')} />
      <Pairs title="Annotations" pairs={strings(metadata, 'annotations')} />
    </Card>
  );
}

function Pairs({ title, pairs }: { title: string; pairs: Record<string, string> }) {
  const [open, setOpen] = useState(false);
  const entries = Object.entries(pairs);
  if (entries.length === 0) return null;
  const long = entries.filter(([, value]) => value.length > SHORT).length;
  return (
    <section className="mt-3 border-t pt-3">
      <h2 className="mb-1.5 flex items-center gap-2 text-muted">
        {title}
        {long > 0 && (
          <button type="button" className="link text-xs" aria-expanded={open} onClick={() => setOpen(!open)}>
            {open ? 'Shorter' : 'In full'}
          </button>
        )}
      </h2>
      <ul className="flex flex-wrap gap-1">
        {entries.map(([key, value]) => (
          <li key={key} className="max-w-full rounded-sm bg-idle-soft px-1.5 py-0.5 text-xs [overflow-wrap:anywhere]">
            <span className="text-muted">{key}</span>
            <span className="text-muted">{value !== '' && '='}</span>
            {value.length > SHORT && !open ? `${value.slice(0, SHORT)}…` : value}
          </li>
        ))}
      </ul>
    </section>
  );
}

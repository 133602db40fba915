'use client';
import { cn } from '#components/class-names.ts';
import { StatusDot } from '#components/ui/status-dot.tsx';
import { Time } from '#components/ui/time.tsx';
import type { Fact, FactValue } from './describe/facts.ts';
import { ObjectLink } from './object-link.tsx';

/** Facts as pairs, the name on the left and the value on the right; with `wide`, two pairs per line if there is room. */
export function FactList({ facts, wide = false }: { facts: readonly Fact[]; wide?: boolean }) {
  if (facts.length === 0) return null;
  return (
    <dl
      className={cn(
        'grid grid-cols-[minmax(112px,max-content)_minmax(0,1fr)] gap-x-6 gap-y-1.5',
        wide && 'lg:grid-cols-[minmax(112px,max-content)_minmax(0,1fr)_minmax(112px,max-content)_minmax(0,1fr)]',
      )}
    >
      {facts.map(({ label, value }) => (
        <div key={label} className="col-span-2 grid grid-cols-subgrid">
          <dt className="max-w-44 text-muted">{label}</dt>
          <dd className="min-w-0">
            <FactText value={value} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

export function FactText({ value }: { value: FactValue }) {
  switch (value.type) {
    case 'text':
      return <span className="[overflow-wrap:anywhere]">{value.text}</span>;
    case 'code':
      return <code className="whitespace-pre-wrap [overflow-wrap:anywhere]">{value.text}</code>;
    case 'time':
      return <Time at={value.at} form="ago" />;
    case 'state':
      return <StatusDot tone={value.tone}>{value.text}</StatusDot>;
    case 'link':
      return <ObjectLink to={value.to} />;
    case 'list':
      if (value.items.length === 0) return <span className="text-faint">–</span>;
      return (
        <ul className="flex flex-col gap-0.5">
          {value.items.map((item, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: items are in the manifest's order, and may repeat
            <li key={index} className="min-w-0">
              <FactText value={item} />
            </li>
          ))}
        </ul>
      );
  }
}

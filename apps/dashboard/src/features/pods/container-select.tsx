'use client';
import { cn } from '#components/class-names.ts';
import { Select } from '#components/ui/select.tsx';
import type { PodContainer } from './pod-containers.ts';

interface ContainerSelectProps {
  /** Undefined if unknown. */
  containers: readonly PodContainer[] | undefined;
  value: string | undefined;
  /** Adds a choice of all containers, with the value `ALL_CONTAINERS`. */
  all?: boolean;
  className?: string;
  onChange: (container: string) => void;
}

/** Not a possible name of a container. */
export const ALL_CONTAINERS = '*';

const kinds = { container: '', init: ' (init)', debug: ' (debug)' };

/** Chooses a container of a pod. If there is only one, shows its name. */
export function ContainerSelect({ containers, value, all = false, className, onChange }: ContainerSelectProps) {
  if (containers === undefined || containers.length < 2) {
    return <span className="max-w-40 truncate px-1 text-muted">{value === ALL_CONTAINERS ? '' : value}</span>;
  }
  return (
    <Select
      aria-label="Container"
      title="Container"
      className={cn('min-w-0 max-w-44 [&_select]:h-7 [&_select]:truncate max-sm:[&_select]:h-9', className)}
      options={[
        ...(all ? [{ value: ALL_CONTAINERS, label: 'All containers' }] : []),
        ...containers.map(({ name, kind }) => ({ value: name, label: `${name}${kinds[kind]}` })),
      ]}
      value={value ?? ''}
      onChange={({ target }) => onChange(target.value)}
    />
  );
}

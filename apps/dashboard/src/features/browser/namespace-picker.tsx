// biome-ignore-all lint/a11y/useSemanticElements: a native select can neither search nor choose several
'use client';
import { Check, ChevronsUpDown, Search } from 'lucide-react';
import { Popover } from 'radix-ui';
import { useEffect, useMemo, useRef, useState } from 'react';
import { cn } from '#components/class-names.ts';
import { Button } from '#components/ui/button.tsx';
import { Input } from '#components/ui/input.tsx';
import { Skeleton } from '#components/ui/skeleton.tsx';
import { useActions } from '#features/actions/use-actions.ts';
import { useLocation } from '#features/address/use-location.ts';
import { useQueryValue } from '#features/address/use-query-value.ts';
import { findResource } from '#features/kube/api-resource.ts';
import type { ClusterRef } from '#features/kube/cluster-ref.ts';
import { KubeError, sentenceOf } from '#features/kube/kube-error.ts';
import { rememberedNamespaces, rememberNamespaces } from '#features/kube/remembered-namespaces.ts';
import { useDiscovery } from '#features/kube/use-discovery.ts';
import { useNamespaces } from '#features/kube/use-namespaces.ts';
import { rememberChoice, splitNamespaces } from './namespace-choice.ts';
import { chooseNamespaces } from './table-actions.ts';

const offered = [chooseNamespaces];

/** Chooses namespaces for the current table; renders nothing if the kind has none. */
export function NamespacePicker({ organization, cluster }: { organization: string; cluster: string }) {
  const ref = useMemo(() => ({ organization, cluster }), [organization, cluster]);
  const { resource, object } = useLocation();
  const { data } = useDiscovery(ref);
  const kind = resource === undefined ? undefined : findResource(data?.resources ?? [], resource);
  if (kind === undefined || !kind.namespaced || object !== undefined) return null;
  return <Picker cluster={ref} />;
}

function Picker({ cluster }: { cluster: ClusterRef }) {
  const [written, setWritten] = useQueryValue('ns');
  const chosen = splitNamespaces(written);
  const [open, setOpen] = useState(false);
  const label =
    chosen.length === 0 ? 'All namespaces' : chosen.length === 1 ? chosen[0] : `${chosen.length} namespaces`;
  useEffect(() => rememberChoice(cluster, written), [cluster, written]);
  useActions(offered, { open: () => setOpen(true) });

  function choose(next: readonly string[]) {
    setWritten([...next].sort().join(','));
    rememberNamespaces(cluster, next);
  }
  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Trigger asChild>
        <button
          type="button"
          aria-label={`Namespaces: ${label}`}
          className="flex h-7 max-w-56 items-center gap-1.5 rounded-md border border-line-strong px-2 hover:bg-hover max-sm:h-9 max-sm:max-w-32"
        >
          <span className="truncate">{label}</span>
          <ChevronsUpDown className="size-3.5 shrink-0 text-faint" aria-hidden />
        </button>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          align="end"
          sideOffset={4}
          collisionPadding={8}
          aria-label="Namespaces"
          className="z-50 flex max-h-[min(460px,var(--radix-popover-content-available-height))] w-72 animate-appear flex-col rounded-lg border border-line bg-raised shadow-float outline-none"
        >
          <Choices cluster={cluster} chosen={chosen} onChoose={choose} onClose={() => setOpen(false)} />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

const NAME = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

function Choices(props: {
  cluster: ClusterRef;
  chosen: readonly string[];
  onChoose: (names: readonly string[]) => void;
  onClose: () => void;
}) {
  const { cluster, chosen, onChoose, onClose } = props;
  const { data, error } = useNamespaces(cluster);
  const [search, setSearch] = useState('');
  const [at, setAt] = useState(0);
  const listRef = useRef<HTMLDivElement>(null);
  // Namespaces that were chosen when the list opened are first, and stay there while choosing.
  const [first] = useState(() => new Set(chosen));
  const known = data ?? [...new Set([...chosen, ...rememberedNamespaces(cluster)])].sort();
  const found = known
    .filter((name) => name.includes(search.trim().toLowerCase()))
    .sort((a, b) => Number(first.has(b)) - Number(first.has(a)));
  const typed = search.trim();
  const offersTyped = data === undefined && NAME.test(typed) && !known.includes(typed);
  const options = offersTyped ? [...found, typed] : found;

  function toggle(name: string) {
    onChoose(chosen.includes(name) ? chosen.filter((other) => other !== name) : [...chosen, name]);
  }
  function onKeyDown(event: React.KeyboardEvent) {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step !== 0) {
      event.preventDefault();
      const next = Math.max(0, Math.min(options.length - 1, at + step));
      setAt(next);
      listRef.current?.children[next]?.scrollIntoView({ block: 'nearest' });
    }
    const name = options[at];
    if (event.key === 'Enter' && name !== undefined) {
      event.preventDefault();
      // Enter chooses only this one and closes the list; with a modifier it adds this one.
      if (event.ctrlKey || event.metaKey || event.shiftKey) toggle(name);
      else {
        onChoose([name]);
        onClose();
      }
    }
  }

  return (
    <>
      <div className="border-b p-2">
        <Input
          role="combobox"
          aria-label="Search namespaces"
          aria-expanded
          aria-controls="namespace-options"
          aria-activedescendant={options[at] === undefined ? undefined : `namespace-${options[at]}`}
          autoFocus
          autoComplete="off"
          spellCheck={false}
          placeholder={data === undefined && error !== null ? 'Type a namespace' : 'Search'}
          leading={<Search aria-hidden />}
          value={search}
          onChange={(event) => {
            setSearch(event.target.value);
            setAt(0);
          }}
          onKeyDown={onKeyDown}
        />
      </div>
      {error !== null && data === undefined && (
        <p className="border-b px-3 py-2 text-muted text-xs">
          {error instanceof KubeError && error.status === 403
            ? 'You are not allowed to list namespaces. Type the ones you know; they are remembered.'
            : sentenceOf(error)}
        </p>
      )}
      <div
        ref={listRef}
        id="namespace-options"
        role="listbox"
        aria-label="Namespaces"
        aria-multiselectable
        className="min-h-0 flex-1 overflow-y-auto p-1"
      >
        {data === undefined && error === null && <Skeleton className="m-2 w-32" />}
        {options.map((name, index) => {
          const isChosen = chosen.includes(name);
          return (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the search field handles the keyboard
            <div
              key={name}
              id={`namespace-${name}`}
              role="option"
              aria-selected={isChosen}
              tabIndex={-1}
              onClick={() => toggle(name)}
              onPointerMove={() => setAt(index)}
              className={cn(
                'flex min-h-7 items-center gap-2 rounded-sm px-2 max-sm:min-h-10',
                index === at && 'bg-hover',
              )}
            >
              <span
                aria-hidden
                className={cn(
                  'flex size-3.5 shrink-0 items-center justify-center rounded-[3px] border',
                  isChosen ? 'border-transparent bg-solid text-on-solid' : 'border-line-strong',
                )}
              >
                {isChosen && <Check className="size-3" />}
              </span>
              <span className="truncate">{name}</span>
            </div>
          );
        })}
        {data !== undefined && options.length === 0 && <p className="px-2 py-1.5 text-muted">No matching namespace.</p>}
      </div>
      <div className="flex items-center justify-between border-t p-2">
        <Button size="sm" variant="ghost" disabled={chosen.length === 0} onClick={() => onChoose([])}>
          All namespaces
        </Button>
        <Button size="sm" onClick={onClose}>
          Done
        </Button>
      </div>
    </>
  );
}

'use client';
import { Command } from 'cmdk';
import {
  Box,
  FileDown,
  History,
  Keyboard,
  KeyRound,
  LayoutGrid,
  LogOut,
  Monitor,
  Moon,
  Plus,
  Search,
  Server,
  Shapes,
  Sun,
} from 'lucide-react';
import { useRouter } from 'next/navigation';
import { Dialog as Radix, VisuallyHidden } from 'radix-ui';
import { type ReactNode, useState } from 'react';
import { Kbd } from '#components/ui/kbd.tsx';
import { statusOf } from '#features/clusters/status.ts';
import { useClusters } from '#features/clusters/use-clusters.ts';
import { showShortcuts } from '#features/keyboard/show-shortcuts.ts';
import { signOut } from '#features/session/sign-out.ts';
import { useLocation } from '#features/shell/use-location.ts';
import { setTheme } from '#features/theme/use-theme.ts';
import { useKinds } from './use-kinds.ts';
import { useObjectSearch } from './use-object-search.ts';

export interface PaletteDialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

/** Go to any cluster, kind or object; do any action. */
export function PaletteDialog({ open, onOpenChange }: PaletteDialogProps) {
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 animate-fade bg-scrim" />
        <Radix.Content
          aria-describedby={undefined}
          className="fixed z-40 flex animate-fade flex-col overflow-hidden bg-raised shadow-float outline-none max-sm:inset-0 sm:top-[14vh] sm:left-1/2 sm:max-h-[60vh] sm:w-150 sm:-translate-x-1/2 sm:rounded-xl sm:border"
        >
          <VisuallyHidden.Root>
            <Radix.Title>Command palette</Radix.Title>
          </VisuallyHidden.Root>
          <Commands close={() => onOpenChange(false)} />
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

function Commands({ close }: { close: () => void }) {
  const router = useRouter();
  const { organization = '', cluster } = useLocation();
  const [text, setText] = useState('');
  const clusters = useClusters(organization);
  const kinds = useKinds(organization, cluster);
  const objects = useObjectSearch(organization, cluster, text);
  const base = `/${organization}/clusters/${cluster}`;
  const go = (path: string) => () => {
    close();
    router.push(path);
  };
  const act = (run: () => void) => () => {
    close();
    run();
  };

  return (
    <Command label="Command palette" loop className="flex min-h-0 flex-1 flex-col">
      <div className="flex items-center gap-2.5 border-b px-4">
        <Search className="size-4 shrink-0 text-faint" aria-hidden />
        <Command.Input
          autoFocus
          value={text}
          onValueChange={setText}
          placeholder={cluster === undefined ? 'Go to a cluster, do…' : `Go to anything in ${cluster}, do…`}
          className="h-11 flex-1 bg-transparent text-base outline-none max-sm:text-[16px]"
        />
        <Kbd keys="escape" />
      </div>
      <Command.List
        label="Results"
        className="min-h-0 flex-1 overflow-y-auto p-1.5 [&_[cmdk-group-heading]]:px-2 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-faint [&_[cmdk-group-heading]]:text-xs"
      >
        <Command.Empty className="px-3 py-8 text-center text-muted">Nothing of that name.</Command.Empty>
        {cluster !== undefined && objects.length > 0 && (
          <Command.Group heading="Objects">
            {objects.map((object) => (
              <Item
                key={`${object.resource}/${object.namespace}/${object.name}`}
                value={`object ${object.resource} ${object.namespace} ${object.name}`}
                icon={<Box aria-hidden />}
                note={`${object.kind}${object.namespace === undefined ? '' : ` in ${object.namespace}`}`}
                onSelect={go(`${base}/r/${object.resource}/${object.namespace ?? '-'}/${object.name}`)}
              >
                {object.name}
              </Item>
            ))}
          </Command.Group>
        )}
        {cluster !== undefined && (
          <Command.Group heading={`In ${cluster}`}>
            <Item icon={<LayoutGrid aria-hidden />} keys="g o" onSelect={go(base)}>
              Overview
            </Item>
            {kinds.map(({ resource, title, note }) => (
              <Item
                key={resource}
                value={`kind ${title} ${resource}`}
                icon={<Shapes aria-hidden />}
                note={note}
                onSelect={go(`${base}/r/${resource}`)}
              >
                {title}
              </Item>
            ))}
          </Command.Group>
        )}
        <Command.Group heading="Clusters">
          {clusters.data?.map((item) => (
            <Item
              key={item.id}
              value={`cluster ${item.name} ${Object.values(item.labels).join(' ')}`}
              icon={<Server aria-hidden />}
              note={statusOf(item).word}
              onSelect={go(`/${organization}/clusters/${item.name}`)}
            >
              {item.name}
            </Item>
          ))}
        </Command.Group>
        <Command.Group heading="Actions">
          {cluster !== undefined && (
            <Item icon={<FileDown aria-hidden />} onSelect={go(`${base}?dialog=kubeconfig`)}>
              Kubeconfig for {cluster}
            </Item>
          )}
          <Item icon={<Plus aria-hidden />} onSelect={go(`/${organization}/add-cluster`)}>
            Add a cluster
          </Item>
          <Item icon={<History aria-hidden />} onSelect={go(`/${organization}/sessions`)}>
            Sessions
          </Item>
          <Item icon={<KeyRound aria-hidden />} onSelect={go(`/${organization}/tokens`)}>
            API tokens
          </Item>
          <Item icon={<Sun aria-hidden />} onSelect={act(() => setTheme('light'))}>
            Theme: light
          </Item>
          <Item icon={<Moon aria-hidden />} onSelect={act(() => setTheme('dark'))}>
            Theme: dark
          </Item>
          <Item icon={<Monitor aria-hidden />} onSelect={act(() => setTheme('system'))}>
            Theme: as the system
          </Item>
          <Item icon={<Keyboard aria-hidden />} keys="?" onSelect={act(showShortcuts)}>
            Keyboard shortcuts
          </Item>
          <Item icon={<LogOut aria-hidden />} onSelect={act(() => void signOut())}>
            Sign out
          </Item>
        </Command.Group>
      </Command.List>
    </Command>
  );
}

interface ItemProps {
  value?: string;
  icon: ReactNode;
  /** At the right, small. */
  note?: string | undefined;
  keys?: string;
  onSelect: () => void;
  children: ReactNode;
}

function Item({ value, icon, note, keys, onSelect, children }: ItemProps) {
  return (
    <Command.Item
      {...(value === undefined ? {} : { value })}
      onSelect={onSelect}
      className="flex min-h-8 items-center gap-2.5 rounded-md px-2 data-[selected=true]:bg-hover max-sm:min-h-11 [&_svg]:size-4 [&_svg]:shrink-0 [&_svg]:text-faint"
    >
      {icon}
      <span className="min-w-0 flex-1 truncate">{children}</span>
      {note !== undefined && <span className="shrink-0 text-faint text-xs">{note}</span>}
      {keys !== undefined && <Kbd keys={keys} />}
    </Command.Item>
  );
}

'use client';
import { Copy, FileCode, ScrollText, SquareTerminal, Trash2 } from 'lucide-react';
import { Menu, MenuItem, MenuSeparator } from '#components/ui/menu.tsx';
import { toast } from '#components/ui/toast.tsx';
import { can } from '#features/kube/api-resource.ts';
import type { ObjectRef } from '#features/kube/kube-actions.ts';
import { commandLine, kubectlKind, namespaceFlag } from '#features/kube/kubectl-text.ts';

export interface RowMenuProps {
  target: ObjectRef;
  /** Where it opens. */
  anchor: DOMRect;
  onClose: () => void;
  onLogs: () => void;
  onTerminal: () => void;
  onYaml: () => void;
  onDelete: () => void;
}

export const isPod = ({ resource }: Pick<ObjectRef, 'resource'>): boolean =>
  resource.group === '' && resource.resource === 'pods';

/** What can be done with a row. One for the whole table: a menu in each row would make scrolling heavy. */
export function RowMenu({ target, anchor, onClose, onLogs, onTerminal, onYaml, onDelete }: RowMenuProps) {
  const { resource, namespace, name } = target;
  async function copy(text: string) {
    try {
      await navigator.clipboard.writeText(text);
      toast({ title: 'Copied', description: text });
    } catch {
      toast({ title: 'The browser refused to copy', tone: 'warn' });
    }
  }
  return (
    <Menu
      open
      onOpenChange={(open) => !open && onClose()}
      trigger={
        <span
          aria-hidden
          className="pointer-events-none fixed"
          style={{ left: anchor.left, top: anchor.top, width: anchor.width, height: anchor.height }}
        />
      }
    >
      {isPod(target) && (
        <>
          <MenuItem icon={<ScrollText aria-hidden />} keys="l" onSelect={onLogs}>
            Logs
          </MenuItem>
          <MenuItem icon={<SquareTerminal aria-hidden />} keys="s" onSelect={onTerminal}>
            Terminal
          </MenuItem>
        </>
      )}
      <MenuItem icon={<FileCode aria-hidden />} keys="y" onSelect={onYaml}>
        YAML
      </MenuItem>
      <MenuItem icon={<Copy aria-hidden />} onSelect={() => void copy(name)}>
        Copy name
      </MenuItem>
      <MenuItem
        icon={<Copy aria-hidden />}
        onSelect={() =>
          void copy(commandLine('kubectl', 'describe', kubectlKind(resource), name, ...namespaceFlag(namespace)))
        }
      >
        Copy kubectl describe
      </MenuItem>
      {can(resource, 'delete') && (
        <>
          <MenuSeparator />
          <MenuItem icon={<Trash2 aria-hidden />} keys="d" danger onSelect={onDelete}>
            Delete
          </MenuItem>
        </>
      )}
    </Menu>
  );
}

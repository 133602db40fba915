'use client';
import { BookOpen, ChevronsUpDown, CircleUser } from 'lucide-react';
import { Menu, MenuCheckItem, MenuLabel, MenuLink, MenuSeparator } from '#components/ui/menu.tsx';
import { Skeleton } from '#components/ui/skeleton.tsx';
import { bindAction } from '#features/actions/action.ts';
import { ActionItem } from '#features/actions/action-item.tsx';
import { showShortcuts } from '#features/actions/help-actions.ts';
import { signOutAction } from '#features/browser-session/account-actions.ts';
import { useMe } from '#features/browser-session/use-me.ts';
import { themeActions } from '#features/theme/theme-actions.ts';
import { useTheme } from '#features/theme/use-theme.ts';

const themes = ['system', 'light', 'dark'] as const;

export function AccountMenu() {
  const me = useMe();
  const { choice } = useTheme();
  return (
    <Menu
      align="start"
      side="top"
      className="w-56"
      trigger={
        <button
          type="button"
          className="flex h-8 w-full min-w-0 items-center gap-2 rounded-md px-2 hover:bg-hover max-md:h-10"
        >
          <CircleUser className="size-4 shrink-0 text-faint" aria-hidden />
          <span className="sr-only">Account</span>
          <span className="min-w-0 flex-1 truncate text-left text-muted">
            {me.data?.user.email ?? <Skeleton className="w-32" />}
          </span>
          <ChevronsUpDown className="size-3.5 shrink-0 text-faint" aria-hidden />
        </button>
      }
    >
      <MenuLabel>Theme</MenuLabel>
      {themes.map((theme) => {
        const { icon: Icon, short, run } = bindAction(themeActions[theme], undefined);
        return (
          <MenuCheckItem key={theme} checked={choice === theme} onCheckedChange={run}>
            {Icon && <Icon aria-hidden />} {short}
          </MenuCheckItem>
        );
      })}
      <MenuSeparator />
      <ActionItem action={bindAction(showShortcuts, undefined)} />
      <MenuLink>
        <a href="/api/docs" target="_blank" rel="noreferrer">
          <BookOpen aria-hidden /> API reference
        </a>
      </MenuLink>
      <MenuSeparator />
      <ActionItem action={bindAction(signOutAction, undefined)} />
    </Menu>
  );
}

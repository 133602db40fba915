'use client';
import { BookOpen, ChevronsUpDown, CircleUser, Keyboard, LogOut, Monitor, Moon, Sun } from 'lucide-react';
import { Menu, MenuCheckItem, MenuItem, MenuLabel, MenuLink, MenuSeparator } from '#components/ui/menu.tsx';
import { Skeleton } from '#components/ui/skeleton.tsx';
import { showShortcuts } from '#features/keyboard/show-shortcuts.ts';
import { signOut } from '#features/session/sign-out.ts';
import { useMe } from '#features/session/use-me.ts';
import { setTheme, useTheme } from '#features/theme/use-theme.ts';

const themes = [
  { value: 'system', label: 'As the system', icon: Monitor },
  { value: 'light', label: 'Light', icon: Sun },
  { value: 'dark', label: 'Dark', icon: Moon },
] as const;

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
      {themes.map(({ value, label, icon: Icon }) => (
        <MenuCheckItem key={value} checked={choice === value} onCheckedChange={() => setTheme(value)}>
          <Icon aria-hidden /> {label}
        </MenuCheckItem>
      ))}
      <MenuSeparator />
      <MenuItem icon={<Keyboard aria-hidden />} keys="?" onSelect={showShortcuts}>
        Keyboard shortcuts
      </MenuItem>
      <MenuLink>
        <a href="/api/docs" target="_blank" rel="noreferrer">
          <BookOpen aria-hidden /> API reference
        </a>
      </MenuLink>
      <MenuSeparator />
      <MenuItem icon={<LogOut aria-hidden />} onSelect={() => void signOut()}>
        Sign out
      </MenuItem>
    </Menu>
  );
}

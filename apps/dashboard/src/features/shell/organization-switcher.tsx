'use client';
import { Check, ChevronsUpDown } from 'lucide-react';
import { href } from '#components/href.ts';
import { Mark } from '#components/ui/mark.tsx';
import { Menu, MenuLabel, MenuLink } from '#components/ui/menu.tsx';
import { useMe } from '#features/browser-session/use-me.ts';
import { Link } from '#features/router/link.tsx';

export function OrganizationSwitcher({ organization }: { organization: string }) {
  const me = useMe();
  const current = me.data?.organizations.find(({ slug }) => slug === organization);
  return (
    <Menu
      align="start"
      className="w-56"
      trigger={
        <button
          type="button"
          aria-label={`Organization ${current?.name ?? organization}`}
          className="flex h-8 w-full min-w-0 items-center gap-2 rounded-md px-2 hover:bg-hover max-md:h-10"
        >
          <Mark className="size-4.5 shrink-0" />
          <span className="min-w-0 flex-1 truncate text-left font-semibold">{current?.name ?? organization}</span>
          <ChevronsUpDown className="size-3.5 shrink-0 text-faint" aria-hidden />
        </button>
      }
    >
      <MenuLabel>Organizations</MenuLabel>
      {me.data?.organizations.map((item) => (
        <MenuLink key={item.id}>
          <Link href={href`/${item.slug}`}>
            <span className="min-w-0 flex-1 truncate">{item.name}</span>
            {item.slug === organization && <Check aria-label="current" />}
          </Link>
        </MenuLink>
      ))}
    </Menu>
  );
}

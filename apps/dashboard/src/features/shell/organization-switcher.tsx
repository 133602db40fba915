'use client';
import { Check, ChevronsUpDown } from 'lucide-react';
import { useState } from 'react';
import { deferred } from '#components/deferred.tsx';
import { href } from '#components/href.ts';
import { Mark } from '#components/ui/mark.tsx';
import { Menu, MenuLabel, MenuLink, MenuSeparator } from '#components/ui/menu.tsx';
import { bindAction } from '#features/actions/action.ts';
import { ActionItem } from '#features/actions/action-item.tsx';
import { useMe } from '#features/browser-session/use-me.ts';
import { newOrganization } from '#features/organization/organization-actions.ts';
import { Link } from '#features/router/link.tsx';

const NewOrganizationDialog = deferred(() =>
  import('#features/organization/new-organization-dialog.tsx').then((module) => module.NewOrganizationDialog),
);

export function OrganizationSwitcher({ organization }: { organization: string }) {
  const me = useMe();
  const [creating, setCreating] = useState(false);
  const current = me.data?.organizations.find(({ slug }) => slug === organization);
  return (
    <>
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
        <MenuSeparator />
        <ActionItem action={bindAction(newOrganization, { open: () => setCreating(true) })} />
      </Menu>
      {creating && <NewOrganizationDialog open onOpenChange={setCreating} />}
    </>
  );
}

'use client';
import { type Permission, rolePermissions } from '@postern/contracts';
import { useMe } from '#features/browser-session/use-me.ts';

const none: readonly Permission[] = [];

/** Whether the person's role in the organization gives a permission; false until it is known. The gateway decides anyway. */
export function usePermission(organization: string, permission: Permission): boolean {
  return usePermissions(organization).includes(permission);
}

/** What the person's role in the organization permits; nothing until it is known. */
export function usePermissions(organization: string): readonly Permission[] {
  const role = useMe().data?.organizations.find(({ slug }) => slug === organization)?.role;
  return role === undefined ? none : rolePermissions[role];
}

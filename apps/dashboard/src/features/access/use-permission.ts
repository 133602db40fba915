'use client';
import { type Permission, rolePermissions } from '@postern/contracts';
import { useMe } from '#features/browser-session/use-me.ts';

/** Whether the person's role in the organization gives a permission; false until it is known. The gateway decides anyway. */
export function usePermission(organization: string, permission: Permission): boolean {
  const role = useMe().data?.organizations.find(({ slug }) => slug === organization)?.role;
  return role !== undefined && rolePermissions[role].includes(permission);
}

import type { Role } from '@postern/contracts';

const options: { value: Role; label: string }[] = [
  { value: 'member', label: 'Member' },
  { value: 'auditor', label: 'Auditor' },
  { value: 'admin', label: 'Admin' },
  { value: 'owner', label: 'Owner' },
];

/** The roles that somebody with the role `own` can give: only owners make owners. */
export function roleOptions(own: Role): typeof options {
  return own === 'owner' ? options : options.filter(({ value }) => value !== 'owner');
}

import { Badge } from '#components/ui/badge.tsx';

export interface AllowedProps {
  level: string | null;
  groups?: readonly string[];
  namespaces: readonly string[];
}

/** What an access allows: its level and groups, and where. */
export function Allowed({ level, groups = [], namespaces }: AllowedProps) {
  return (
    <span className="inline-flex flex-wrap items-center gap-1.5">
      {level !== null && <Badge tone={level === 'admin' ? 'warn' : 'idle'}>{level}</Badge>}
      {groups.map((group) => (
        <Badge key={group}>{group}</Badge>
      ))}
      <span className="text-muted">{namespaces.length === 0 ? 'everywhere' : `in ${namespaces.join(', ')}`}</span>
    </span>
  );
}

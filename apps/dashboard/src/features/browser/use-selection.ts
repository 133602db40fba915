'use client';
import { useCallback, useMemo, useState } from 'react';
import type { Row } from '#features/kube/table-rows.ts';

/** Selected rows of a table; deleted and filtered-out rows do not count. */
export function useSelection(rows: readonly Row[]) {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [last, setLast] = useState<string>();
  const selected = useMemo(() => (chosen.size === 0 ? [] : rows.filter(({ key }) => chosen.has(key))), [rows, chosen]);
  const keys = useMemo(() => new Set(selected.map(({ key }) => key)), [selected]);

  const onSelect = useCallback(
    (row: Row, { range }: { range: boolean }) => {
      setLast(row.key);
      setChosen((before) => {
        const next = new Set(before);
        const select = !before.has(row.key);
        const from = range ? rows.findIndex(({ key }) => key === last) : -1;
        const to = rows.indexOf(row);
        const some = from === -1 || to === -1 ? [row] : rows.slice(Math.min(from, to), Math.max(from, to) + 1);
        for (const { key } of some) {
          if (select) next.add(key);
          else next.delete(key);
        }
        return next;
      });
    },
    [rows, last],
  );
  const onSelectAll = useCallback((all: boolean) => setChosen(new Set(all ? rows.map(({ key }) => key) : [])), [rows]);
  return { selected, keys, onSelect, onSelectAll };
}

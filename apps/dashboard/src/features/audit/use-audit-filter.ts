'use client';
import { useMemo } from 'react';
import { replaceQuery } from '#features/router/address-bar.ts';
import { useSearchParams } from '#features/router/use-address.ts';
import { type AuditFilter, filterIn } from './audit-filter.ts';

/** The filters in the URL, and how to change some of them. */
export function useAuditFilter(): [AuditFilter, (change: Partial<AuditFilter>) => void] {
  const query = useSearchParams().toString();
  const filter = useMemo(() => filterIn(new URLSearchParams(query)), [query]);
  return [filter, setFilter];
}

function setFilter(change: Partial<AuditFilter>): void {
  replaceQuery({ ...change });
}

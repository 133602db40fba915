'use client';
import { useSearchParams } from 'next/navigation';
import { useCallback } from 'react';

/** A value in the URL's query, so that the URL describes the view. Setting it sends no request. */
export function useQueryValue(name: string): [string, (value: string) => void] {
  const value = useSearchParams().get(name) ?? '';
  const set = useCallback(
    (next: string) => {
      const url = new URL(window.location.href);
      if (next === '') url.searchParams.delete(name);
      else url.searchParams.set(name, next);
      window.history.replaceState(null, '', url);
    },
    [name],
  );
  return [value, set];
}

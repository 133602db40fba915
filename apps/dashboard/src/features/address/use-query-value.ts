'use client';
import { useCallback } from 'react';
import { replaceQuery } from '#features/router/address-bar.ts';
import { useSearchParams } from '#features/router/use-address.ts';

/** A value in the URL's query, so that the URL describes the view. Setting it sends no request. */
export function useQueryValue(name: string): [string, (value: string) => void] {
  const value = useSearchParams().get(name) ?? '';
  const set = useCallback(
    (next: string) => {
      replaceQuery({ [name]: next });
    },
    [name],
  );
  return [value, set];
}

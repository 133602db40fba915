'use client';
import { useLocation } from './use-location.ts';

/** The organization's slug in the URL; for pages of an organization. */
export function useOrganization(): string {
  return useLocation().organization ?? '';
}

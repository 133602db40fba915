'use client';
import { useParams } from 'next/navigation';

/** The organization's slug in the URL; for pages under `/[organization]`. */
export function useOrganization(): string {
  return useParams<{ organization: string }>().organization;
}

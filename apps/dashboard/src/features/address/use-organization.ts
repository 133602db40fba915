'use client';
import { useParams } from 'next/navigation';

/** The organization's slug out of the address; for pages under `/[organization]`. */
export function useOrganization(): string {
  return useParams<{ organization: string }>().organization;
}

'use client';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { httpLink } from './http-link.ts';

/** Fetches what is shown and may be old as soon as the gateway is reached again. */
export function useRefetchOnReturn(): void {
  const client = useQueryClient();
  useEffect(() => httpLink.onBack(() => void client.refetchQueries({ type: 'active', stale: true })), [client]);
}

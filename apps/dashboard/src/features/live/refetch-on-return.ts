'use client';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { onReturn } from './connection.ts';

/** Fetches what is shown and may be old as soon as the gateway is reached again. */
export function useRefetchOnReturn(): void {
  const client = useQueryClient();
  useEffect(() => onReturn(() => void client.refetchQueries({ type: 'active', stale: true })), [client]);
}

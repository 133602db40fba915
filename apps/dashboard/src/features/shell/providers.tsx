'use client';
import { ApiError } from '@postern/api-client';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { Toaster } from '#components/ui/toast.tsx';
import { TooltipProvider } from '#components/ui/tooltip.tsx';
import { Keyboard } from '#features/actions/keyboard.tsx';
import { useThemeFollowing } from '#features/theme/use-theme.ts';

function createQueryClient() {
  return new QueryClient({
    defaultOptions: {
      queries: {
        // Refusals of the gateway are permanent; network and server errors may not be.
        retry: (failures, error) => failures < 3 && !(error instanceof ApiError && error.status < 500),
        retryDelay: (attempt) => Math.min(500 * 2 ** attempt, 8000),
        // Not the browser's `onLine`: a gateway on this machine needs no network.
        networkMode: 'always',
        refetchOnWindowFocus: true,
      },
      mutations: { networkMode: 'always' },
    },
  });
}

/** The context providers of every page. */
export function Providers({ children }: { children: ReactNode }) {
  const [client] = useState(createQueryClient);
  useThemeFollowing();
  return (
    <QueryClientProvider client={client}>
      <TooltipProvider>
        {children}
        <Keyboard />
        <Toaster />
      </TooltipProvider>
    </QueryClientProvider>
  );
}

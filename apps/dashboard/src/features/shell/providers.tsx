'use client';
import { QueryClientProvider } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { Toaster } from '#components/ui/toast.tsx';
import { TooltipProvider } from '#components/ui/tooltip.tsx';
import { Keyboard } from '#features/actions/keyboard.tsx';
import { useThemeFollowing } from '#features/theme/use-theme.ts';
import { createQueryClient } from './query-client.ts';

/** The context providers of every page. */
export function Providers({ children }: { children: ReactNode }) {
  const [client] = useState(() => createQueryClient());
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

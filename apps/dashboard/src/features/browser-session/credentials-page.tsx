import type { ReactNode } from 'react';
import { Mark } from '#components/ui/mark.tsx';

/** The layout of sign-up and sign-in. */
export function CredentialsPage({
  title,
  children,
  footer,
}: {
  title: string;
  children: ReactNode;
  footer: ReactNode;
}) {
  return (
    <main className="flex min-h-dvh flex-col items-center bg-canvas px-4 pt-[14vh] pb-10">
      <div className="w-full max-w-90">
        <div className="mb-6 flex items-center gap-2.5">
          <Mark className="size-6" />
          <span className="font-semibold text-base">Postern</span>
        </div>
        <h1 className="mb-4 font-semibold text-xl">{title}</h1>
        {children}
        <p className="mt-6 text-muted">{footer}</p>
      </div>
    </main>
  );
}

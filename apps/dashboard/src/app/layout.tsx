import '@fontsource-variable/inter';
import '@fontsource-variable/jetbrains-mono';
import './globals.css';
import type { Metadata, Viewport } from 'next';
import type { ReactNode } from 'react';
import { Router } from '#features/router/router.tsx';
import { Frame } from '#features/shell/frame.tsx';
import { Providers } from '#features/shell/providers.tsx';

export const metadata: Metadata = {
  icons: { icon: '/icon.svg' },
  description: 'Access to Kubernetes clusters that accept no inbound connection.',
};

export const viewport: Viewport = {
  width: 'device-width',
  initialScale: 1,
  themeColor: [
    { media: '(prefers-color-scheme: light)', color: '#f7f7f8' },
    { media: '(prefers-color-scheme: dark)', color: '#0f0f11' },
  ],
};

export default function RootLayout({ children }: { children: ReactNode }) {
  return (
    <html lang="en" suppressHydrationWarning>
      <head>
        {/* Blocking on purpose: the theme must be known before the first paint. */}
        <script src="/theme.js" />
      </head>
      <body>
        <Router>
          <Providers>
            <Frame>{children}</Frame>
          </Providers>
        </Router>
      </body>
    </html>
  );
}

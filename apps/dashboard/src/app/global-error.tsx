'use client';
import './globals.css';

/** Shown if the frame itself has failed: a plain page without anything that could fail again. */
export default function GlobalError({ reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return (
    <html lang="en">
      <body>
        <main className="mx-auto max-w-150 px-6 py-16">
          <h1 className="font-semibold text-lg">The dashboard has crashed.</h1>
          <p className="mt-1 text-muted">Your clusters are not affected. Reload the page.</p>
          <button type="button" onClick={reset} className="link mt-4">
            Try again
          </button>
        </main>
      </body>
    </html>
  );
}

'use client';
import { CircleAlert, CircleCheck, Info, X } from 'lucide-react';
import { cn } from '../class-names.ts';
import { sharedValue } from '../shared-value.ts';
import type { Tone } from './tone.ts';

export interface ToastOptions {
  title: string;
  description?: string;
  tone?: Tone;
  /** An action for it, e.g. undo. */
  action?: { label: string; run: () => void };
}

interface Shown extends ToastOptions {
  id: number;
}

const toasts = sharedValue<readonly Shown[]>([]);
let nextId = 1;

/** Shows a notification. Errors stay until closed, others disappear after six seconds. */
export function toast(options: ToastOptions): void {
  const id = nextId++;
  toasts.set([...toasts.get().slice(-3), { ...options, id }]);
  if (options.tone !== 'bad') setTimeout(() => dismiss(id), 6000);
}

function dismiss(id: number) {
  toasts.set(toasts.get().filter((shown) => shown.id !== id));
}

const icons = { ok: CircleCheck, bad: CircleAlert, warn: CircleAlert, info: Info, idle: Info };
const colours = { ok: 'text-ok', bad: 'text-bad', warn: 'text-warn', info: 'text-info', idle: 'text-muted' };

/** Renders toasts; used once, around the application. */
export function Toaster() {
  const shown = toasts.use();
  return (
    <section
      aria-label="Notifications"
      aria-live="polite"
      className="pointer-events-none fixed right-4 bottom-4 z-50 flex w-[calc(100vw-32px)] max-w-96 flex-col gap-2"
    >
      {shown.map((item) => {
        const tone = item.tone ?? 'idle';
        const Icon = icons[tone];
        return (
          <div
            key={item.id}
            className="pointer-events-auto flex animate-appear items-start gap-2.5 rounded-lg border bg-raised px-3 py-2.5 shadow-float"
          >
            <Icon className={cn('mt-0.5 size-4 shrink-0', colours[tone])} aria-hidden />
            <div className="min-w-0 flex-1">
              <p className="font-medium [overflow-wrap:anywhere]">{item.title}</p>
              {item.description !== undefined && (
                <p className="text-muted [overflow-wrap:anywhere]">{item.description}</p>
              )}
              {item.action !== undefined && (
                <button
                  type="button"
                  className="link mt-1 font-medium"
                  onClick={() => {
                    item.action?.run();
                    dismiss(item.id);
                  }}
                >
                  {item.action.label}
                </button>
              )}
            </div>
            <button
              type="button"
              aria-label="Dismiss"
              className="rounded-sm p-0.5 text-muted hover:bg-hover hover:text-ink"
              onClick={() => dismiss(item.id)}
            >
              <X className="size-4" aria-hidden />
            </button>
          </div>
        );
      })}
    </section>
  );
}

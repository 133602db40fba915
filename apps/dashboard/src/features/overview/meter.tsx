import { cn } from '#components/class-names.ts';

export interface MeterProps {
  label: string;
  /** In the same unit as `total`. */
  value: number;
  total: number;
  format: (value: number) => string;
}

/** A fraction as a bar with text. Coloured only when little is left. */
export function Meter({ label, value, total, format }: MeterProps) {
  const share = total > 0 ? value / total : 0;
  const percent = Math.round(share * 100);
  return (
    <div className="flex flex-col gap-1">
      <div className="flex items-baseline justify-between gap-3">
        <span className="text-muted">{label}</span>
        <span className="whitespace-nowrap tabular-nums">
          {format(value)} <span className="text-faint">of {format(total)}</span>
          <span className="ml-2 inline-block w-9 text-right text-faint">{percent}%</span>
        </span>
      </div>
      <div aria-hidden className="h-1.5 overflow-hidden rounded-full bg-active">
        <div
          className={cn('h-full rounded-full', share > 0.95 ? 'bg-bad-dot' : share > 0.85 ? 'bg-warn-dot' : 'bg-muted')}
          style={{ width: `${Math.min(100, Math.max(share > 0 ? 1 : 0, percent))}%` }}
        />
      </div>
    </div>
  );
}

import { cn } from '../class-names.ts';
import { formatBytes } from '../format/bytes.ts';

/** A size in binary units, with the exact number of bytes on hover. */
export function Bytes({ value, className }: { value: number; className?: string }) {
  return (
    <span className={cn('whitespace-nowrap tabular-nums', className)} title={`${value.toLocaleString('en')} bytes`}>
      {formatBytes(value)}
    </span>
  );
}

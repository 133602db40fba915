'use client';
import { Eye, EyeOff } from 'lucide-react';
import { useState } from 'react';
import { formatBytes } from '#components/format/bytes.ts';
import { Button } from '#components/ui/button.tsx';
import { Card } from '#components/ui/card.tsx';
import { CopyButton } from '#components/ui/copy-box.tsx';
import type { DataEntry } from './describe/facts.ts';

/** Longer values, in characters, are cut until expanded. */
const LONG = 4000;

/** The data of a config map or a secret, by key; a secret's value is not in the page until it is revealed. */
export function DataSection({
  title,
  entries,
  secret,
}: {
  title: string;
  entries: readonly DataEntry[];
  secret: boolean;
}) {
  if (entries.length === 0)
    return (
      <Card title={title}>
        <p className="text-muted">No data.</p>
      </Card>
    );
  return (
    <Card
      title={title}
      aside={`${entries.length} ${entries.length === 1 ? 'key' : 'keys'}`}
      bodyClassName="flex flex-col divide-y"
    >
      {entries.map((entry) => (
        <Entry key={entry.key} entry={entry} secret={secret} />
      ))}
    </Card>
  );
}

function Entry({ entry, secret }: { entry: DataEntry; secret: boolean }) {
  const [revealed, setRevealed] = useState(!secret);
  const [whole, setWhole] = useState(false);
  const { text, bytes } = readEntry(entry);
  const long = text !== undefined && text.length > LONG && !whole;
  return (
    <div className="flex flex-col gap-1.5 py-2.5 first:pt-0 last:pb-0">
      <div className="flex min-h-7 items-center gap-2">
        <h3 className="min-w-0 truncate font-medium" title={entry.key}>
          {entry.key}
        </h3>
        <span className="shrink-0 text-faint text-xs tabular-nums">{formatBytes(bytes)}</span>
        <span className="ml-auto flex items-center gap-1">
          {revealed && text !== undefined && <CopyButton text={text} label={entry.key} />}
          {secret && (
            <Button
              size="sm"
              variant="ghost"
              icon={revealed ? <EyeOff aria-hidden /> : <Eye aria-hidden />}
              aria-label={`${revealed ? 'Hide' : 'Reveal'} ${entry.key}`}
              onClick={() => setRevealed(!revealed)}
            >
              {revealed ? 'Hide' : 'Reveal'}
            </Button>
          )}
        </span>
      </div>
      {revealed ? (
        text === undefined ? (
          <p className="text-muted">Binary; not shown.</p>
        ) : (
          <pre
            // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so it must be reachable by keyboard
            tabIndex={0}
            className="max-h-96 overflow-auto whitespace-pre-wrap rounded-md border bg-sunken px-3 py-2 [overflow-wrap:anywhere]"
          >
            {long ? text.slice(0, LONG) : text}
            {text === '' && <span className="text-faint">(empty)</span>}
          </pre>
        )
      ) : (
        <p aria-hidden className="select-none text-faint">
          ••••••••••••
        </p>
      )}
      {revealed && long && (
        <div>
          <Button size="sm" onClick={() => setWhole(true)}>
            Show all of it
          </Button>
        </div>
      )}
    </div>
  );
}

/** Decodes an entry; `text` is undefined if the bytes are not text. */
function readEntry({ value, encoded }: DataEntry): { text: string | undefined; bytes: number } {
  if (!encoded) return { text: value, bytes: new TextEncoder().encode(value).byteLength };
  let bytes: Uint8Array;
  try {
    bytes = Uint8Array.from(atob(value), (character) => character.charCodeAt(0));
  } catch {
    return { text: value, bytes: value.length };
  }
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: a control character tells binary from text
    return { text: /[\u0000-\u0008\u000e-\u001f]/.test(text) ? undefined : text, bytes: bytes.byteLength };
  } catch {
    return { text: undefined, bytes: bytes.byteLength };
  }
}

import { LoaderCircle } from 'lucide-react';
import { type ReactNode, useEffect, useRef } from 'react';
import { Badge } from '#components/ui/badge.tsx';
import { Checkbox } from '#components/ui/checkbox.tsx';
import type { Tone } from '#components/ui/tone.ts';
import { objectHref } from '#features/address/kind-href.ts';
import { DiffView } from '#features/objects/diff-view.tsx';
import { writeYamlForDiff } from '#features/objects/yaml-text.ts';
import { Link } from '#features/router/link.tsx';
import type { Checked, Outcome } from './check.ts';
import type { Progress } from './create-all.ts';

export interface CheckedListProps {
  checked: readonly Checked[];
  progress: ReadonlyMap<number, Progress>;
  accepted: ReadonlySet<number>;
  onAccept: (index: number, accepted: boolean) => void;
  busy: boolean;
  /** Called when a link to an object is followed. */
  onLeave: () => void;
}

/** What would happen to each object, what has happened, and links to the objects. */
export function CheckedList({ checked, progress, accepted, onAccept, busy, onLeave }: CheckedListProps) {
  const list = useRef<HTMLOListElement>(null);
  // It appears below the text.
  useEffect(() => {
    // Without a result, because newer browsers return a promise here.
    list.current?.scrollIntoView({ block: 'nearest' });
  }, []);
  return (
    <ol ref={list} aria-label="Objects" aria-live="polite" className="flex flex-col divide-y rounded-lg border">
      {checked.map((one, index) => {
        const state = progress.get(index);
        const { tone, word } = state === undefined ? expected(one.outcome) : happened(state);
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: the order is that of the text
          <li key={index} className="flex flex-col gap-2 px-3 py-2">
            <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
              <span className="min-w-0 [overflow-wrap:anywhere]">
                <Name checked={one} state={state} onLeave={onLeave} />
                <span className="text-muted">
                  {' '}
                  {one.kind}
                  {one.home !== undefined && one.home.namespace !== '' && ` in ${one.home.namespace}`}
                </span>
              </span>
              <span className="ml-auto">
                <Badge tone={tone}>
                  {state?.type === 'running' && <LoaderCircle className="animate-spin" aria-hidden />}
                  {word}
                </Badge>
              </span>
            </div>
            <Details checked={one} state={state}>
              {state === undefined && (
                <Checkbox
                  checked={accepted.has(index)}
                  disabled={busy}
                  onChange={(event) => onAccept(index, event.target.checked)}
                >
                  Apply this change to {one.name}
                </Checkbox>
              )}
            </Details>
          </li>
        );
      })}
    </ol>
  );
}

function Name({ checked, state, onLeave }: { checked: Checked; state: Progress | undefined; onLeave: () => void }) {
  const { name, home, kind, outcome } = checked;
  const exists =
    state?.type === 'created' || state?.type === 'changed' || outcome.type === 'same' || outcome.type === 'change';
  const known = state?.type === 'created' ? state.name : name;
  if (!exists || home === undefined) return <span className="font-medium">{known || `A new ${kind || 'object'}`}</span>;
  const { ref, resource, namespace } = home;
  return (
    <Link className="link font-medium" href={objectHref(ref, resource, { namespace, name: known })} onClick={onLeave}>
      {known}
    </Link>
  );
}

function Details({ checked, state, children }: { checked: Checked; state: Progress | undefined; children: ReactNode }) {
  const { outcome, kind } = checked;
  if (state?.type === 'failed') return <p className="text-bad [overflow-wrap:anywhere]">{state.message}</p>;
  if (outcome.type === 'error') return <p className="text-bad [overflow-wrap:anywhere]">{outcome.message}</p>;
  if (outcome.type === 'later' && state === undefined)
    return (
      <p className="text-muted">Its namespace does not exist yet. It is checked again once that has been created.</p>
    );
  if (outcome.type !== 'change' || state !== undefined) return null;
  const hideData = kind === 'Secret';
  return (
    <>
      {hideData && <p className="text-muted">Values are not shown.</p>}
      <DiffView
        label={`Changes to ${checked.name}`}
        before={writeYamlForDiff(outcome.review.live, { hideData })}
        after={writeYamlForDiff(outcome.review.result, { hideData })}
      />
      {children}
    </>
  );
}

function expected({ type }: Outcome): { tone: Tone; word: string } {
  switch (type) {
    case 'create':
      return { tone: 'ok', word: 'Will be created' };
    case 'later':
      return { tone: 'info', word: 'Will be created after its namespace' };
    case 'same':
      return { tone: 'idle', word: 'Exists, nothing to change' };
    case 'change':
      return { tone: 'warn', word: 'Exists and differs' };
    case 'error':
      return { tone: 'bad', word: 'Not possible' };
  }
}

function happened({ type }: Progress): { tone: Tone; word: string } {
  switch (type) {
    case 'running':
      return { tone: 'info', word: 'In progress' };
    case 'created':
      return { tone: 'ok', word: 'Created' };
    case 'changed':
      return { tone: 'ok', word: 'Changed' };
    case 'failed':
      return { tone: 'bad', word: 'Failed' };
  }
}

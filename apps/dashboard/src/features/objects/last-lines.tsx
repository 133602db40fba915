'use client';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Button } from '#components/ui/button.tsx';
import { Skeleton } from '#components/ui/skeleton.tsx';
import type { Reason } from '#features/health/diagnosis.ts';
import type { ObjectRef } from '#features/kube/kube-actions.ts';
import { KubeError, sentenceOf } from '#features/kube/kube-error.ts';
import { kubeFetch } from '#features/kube/kube-fetch.ts';
import { readLogLine } from '#features/logs/log-line.ts';
import { LogText } from '#features/logs/log-text.tsx';
import { podPath } from '#features/pods/pod-containers.ts';

const FEW = 12;
const MANY = 200;
/** The kubelet counts from the first of the lines, so the limit must have room for long ones. In bytes. */
const MOST_BYTES = 512 * 1024;
/** In characters. */
const LONGEST_LINE = 2000;

export interface LastLinesProps {
  target: ObjectRef;
  log: NonNullable<Reason['log']>;
}

/** The last lines that a container wrote, before it ended if `log.previous`. Requested once per run, and never followed. */
export function LastLines({ target: { ref, namespace, name }, log }: LastLinesProps) {
  const [most, setMost] = useState(FEW);
  const { data, error } = useQuery({
    queryKey: ['last-lines', ref.organization, ref.cluster, namespace, name, log, most],
    queryFn: async ({ signal }) => {
      const params = {
        container: log.container,
        previous: log.previous || undefined,
        tailLines: most,
        limitBytes: MOST_BYTES,
        timestamps: true,
      };
      const path = `${podPath({ namespace, pod: name })}/log`;
      const response = await kubeFetch(ref, path, { params, accept: '*/*', signal });
      return readLines(await response.text(), most);
    },
    placeholderData: (before) => before,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
    retry: (failures, reason) => failures < 2 && !(reason instanceof KubeError && reason.lasting),
  });
  const words = log.previous ? 'Last lines before it ended' : 'Last lines of its log';
  if (error !== null && data === undefined) {
    return (
      <p className="text-muted">
        {words}: <span className="[overflow-wrap:anywhere]">{sentenceOf(error)}</span>
      </p>
    );
  }
  return (
    <figure className="flex min-w-0 flex-col gap-1">
      <figcaption className="flex items-center gap-2 text-muted">
        {words}
        {most === FEW && data !== undefined && data.length >= FEW && (
          <Button size="sm" variant="ghost" onClick={() => setMost(MANY)}>
            Up to {MANY} lines
          </Button>
        )}
      </figcaption>
      {data === undefined ? (
        <Skeleton className="h-24 w-full" />
      ) : data.length === 0 ? (
        <p className="text-faint">It wrote nothing.</p>
      ) : (
        <section
          // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, which must be possible with the keyboard
          tabIndex={0}
          aria-label={words}
          className="max-h-72 overflow-auto rounded-md border bg-sunken px-3 py-2 font-mono text-xs leading-[18px]"
        >
          {data.map((line) => (
            <div key={line.id} className="min-h-[18px] whitespace-pre-wrap [overflow-wrap:anywhere]">
              <LogText line={line} search="" />
            </div>
          ))}
        </section>
      )}
    </figure>
  );
}

function readLines(written: string, most: number) {
  const lines = written.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines.slice(-most).map((line, id) => ({ ...readLogLine(line.slice(0, LONGEST_LINE)), id }));
}

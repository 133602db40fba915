'use client';
import { Badge } from '#components/ui/badge.tsx';
import { Card } from '#components/ui/card.tsx';
import { StatusDot } from '#components/ui/status-dot.tsx';
import { Time } from '#components/ui/time.tsx';
import type { KubeObject } from '#features/kube/kube-object.ts';
import { get, list, text } from '#features/kube/read.ts';
import { DataSection } from './data-section.tsx';
import type { ContainerFacts, FactValue, Section } from './describe/facts.ts';
import { FactList, FactText } from './fact-list.tsx';
import { PodsSection } from './pods-section.tsx';

export function SectionView({ section, name }: { section: Section; name: string }) {
  switch (section.type) {
    case 'containers':
      return <Containers containers={section.containers} />;
    case 'table':
      return section.rows.length === 0 ? null : <FactTable {...section} />;
    case 'data':
      return <DataSection key={name} {...section} />;
    case 'pods':
      return <PodsSection section={section} />;
  }
}

function Containers({ containers }: { containers: readonly ContainerFacts[] }) {
  if (containers.length === 0) return null;
  return (
    <Card
      title={containers.length === 1 ? 'Container' : `${containers.length} containers`}
      bodyClassName="flex flex-col divide-y"
    >
      {containers.map((container) => (
        <div key={container.name} className="flex flex-col gap-2 py-3 first:pt-0 last:pb-0">
          <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <h3 className="font-medium">{container.name}</h3>
            {container.role !== undefined && <Badge>{container.role}</Badge>}
            {container.state !== undefined && <StatusDot tone={container.state.tone}>{container.state.text}</StatusDot>}
            {container.restarts > 0 && (
              <span className="text-muted">
                {container.restarts} {container.restarts === 1 ? 'restart' : 'restarts'}
                {container.last !== undefined && ` (before: ${container.last})`}
              </span>
            )}
          </div>
          <code className="text-muted [overflow-wrap:anywhere]">{container.image}</code>
          <FactList facts={container.facts} />
        </div>
      ))}
    </Card>
  );
}

function FactTable({
  title,
  columns,
  rows,
}: {
  title: string;
  columns: readonly string[];
  rows: readonly (readonly FactValue[])[];
}) {
  return (
    <Card title={title} bodyClassName="overflow-x-auto">
      <table className="w-full">
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col" className="h-7 pr-6 text-left font-normal text-faint text-xs">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows are in the manifest's order and have no other key
            <tr key={index} className="border-t">
              {row.map((value, column) => (
                <td key={columns[column]} className="py-1.5 pr-6 align-top">
                  <FactText value={value} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Card>
  );
}

/** Conditions whose status `True` means a problem. */
const unwanted = /Pressure$|^NetworkUnavailable$|^Failed|^FailureTarget$|^ReplicaFailure$|Deleting|Error/;

/** The `status.conditions` of an object of any kind. */
export function Conditions({ object }: { object: KubeObject }) {
  const conditions = list(object, 'status', 'conditions').filter((one) => text(one, 'type') !== undefined);
  if (conditions.length === 0) return null;
  return (
    <Card title="Conditions" bodyClassName="flex flex-col divide-y">
      {conditions.map((condition) => {
        const type = text(condition, 'type') ?? '';
        const status = text(condition, 'status');
        const good = unwanted.test(type) ? status === 'False' : status === 'True';
        const message = text(condition, 'message');
        const since = text(condition, 'lastTransitionTime');
        const finished = get(condition, 'reason') === 'PodCompleted';
        return (
          <div
            key={type}
            className="grid gap-x-6 gap-y-0.5 py-2 first:pt-0 last:pb-0 sm:grid-cols-[240px_minmax(0,1fr)_auto]"
          >
            <StatusDot tone={status === 'Unknown' ? 'idle' : good ? 'ok' : finished ? 'idle' : 'warn'}>
              {type}: {status === 'True' ? 'yes' : status === 'False' ? 'no' : 'not known'}
            </StatusDot>
            <span className="min-w-0 text-muted [overflow-wrap:anywhere]">
              {[text(condition, 'reason'), message].filter((part) => part !== undefined && part !== '').join(': ')}
            </span>
            {since !== undefined && <Time at={since} form="ago" className="text-faint" />}
          </div>
        );
      })}
    </Card>
  );
}

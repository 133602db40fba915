'use client';
import { Trash2 } from 'lucide-react';
import { useEffect, useMemo, useState } from 'react';
import { cn } from '#components/class-names.ts';
import { deferred } from '#components/deferred.tsx';
import { useTicking } from '#components/ticker.ts';
import { Button } from '#components/ui/button.tsx';
import { Card } from '#components/ui/card.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { ErrorState } from '#components/ui/error-state.tsx';
import { Skeleton } from '#components/ui/skeleton.tsx';
import { StatusDot } from '#components/ui/status-dot.tsx';
import { Tabs } from '#components/ui/tabs.tsx';
import { useActions } from '#features/actions/use-actions.ts';
import { kindHref } from '#features/address/kind-href.ts';
import { useClusterRef } from '#features/address/use-cluster-ref.ts';
import { useLocation } from '#features/address/use-location.ts';
import { useQueryValue } from '#features/address/use-query-value.ts';
import { KindNotServed } from '#features/browser/kind-not-served.tsx';
import { openLogsOf, openTerminalOf, showYaml } from '#features/browser/object-actions.ts';
import { DIMMED, isDoubtful } from '#features/freshness/freshness.ts';
import { FreshnessLine } from '#features/freshness/freshness-line.tsx';
import { useShownFreshness } from '#features/freshness/use-shown-freshness.ts';
import { useRules } from '#features/health/use-rules.ts';
import { isTrouble } from '#features/health/verdict.ts';
import { findResource, pluralOf, resourceId } from '#features/kube/api-resource.ts';
import type { ObjectRef } from '#features/kube/kube-actions.ts';
import { sentenceOf } from '#features/kube/kube-error.ts';
import type { KubeObject } from '#features/kube/kube-object.ts';
import { get } from '#features/kube/read.ts';
import { useDiscovery } from '#features/kube/use-discovery.ts';
import { type ObjectState, useKubeObject } from '#features/kube/use-kube-object.ts';
import { measurable } from '#features/metrics/use-usage-table.ts';
import { Link } from '#features/router/link.tsx';
import { hasRevisions } from '#features/workloads/workload-actions.ts';
import { describe } from './describe/describe.ts';
import { MetadataCard } from './metadata-card.tsx';
import { showEvents } from './object-page-actions.ts';
import { ObjectToolbar } from './object-toolbar.tsx';
import { Conditions, SectionView } from './sections.tsx';
import { useDraftKey } from './use-draft-key.ts';

const offered = [showYaml, showEvents];

/** How often the object is judged again although it has not changed, in milliseconds. */
const JUDGED_MS = 15_000;

const isPod = ({ resource }: ObjectRef): boolean => resource.group === '' && resource.resource === 'pods';

const changing = new Set(['deployments', 'statefulsets', 'daemonsets']);
const hasChanges = ({ resource }: ObjectRef): boolean => resource.group === 'apps' && changing.has(resource.resource);

// Not needed for objects that are well.
const WhyCard = deferred(() => import('./why-card.tsx').then((module) => module.WhyCard), {
  placeholder: <Skeleton className="h-40 w-full" />,
});
const WorkloadChangesCard = deferred(
  () => import('./workload-changes-card.tsx').then((module) => module.WorkloadChangesCard),
  { placeholder: <Skeleton className="h-24 w-full" /> },
);
/** Whether it is a service whose endpoints the cluster finds by a selector. */
const isSelecting = ({ resource }: ObjectRef, object: KubeObject): boolean =>
  resource.group === '' && resource.resource === 'services' && get(object, 'spec', 'selector') !== undefined;
const EndpointsNote = deferred(() => import('./endpoints-note.tsx').then((module) => module.EndpointsNote));
const Replacements = deferred(() => import('./replacements.tsx').then((module) => module.Replacements));

// The editor is large, and is loaded when its tab is opened.
const YamlTab = deferred(() => import('./yaml-tab.tsx').then((module) => module.YamlTab), {
  placeholder: <Skeleton className="h-64 w-full" />,
});

// Loaded when the tab is opened.
const EventsTab = deferred(() => import('./events-tab.tsx').then((module) => module.EventsTab), {
  placeholder: <Skeleton className="h-24 w-full" />,
});

// Whatever was left behind can be offered a moment later.
const DraftOffer = deferred(() => import('./draft-offer.tsx').then((module) => module.DraftOffer));
const RevisionsTab = deferred(() => import('./revisions/revisions-tab.tsx').then((module) => module.RevisionsTab), {
  placeholder: <Skeleton className="h-64 w-full" />,
});

const UsageCard = deferred(() => import('#features/metrics/usage-card.tsx').then((module) => module.UsageCard));

/** The page of one object of any kind. */
export function ObjectPage() {
  const ref = useClusterRef();
  const { resource: id, namespace, object: name } = useLocation();
  const { data, error, refetch } = useDiscovery(ref);
  const resource = findResource(data?.resources ?? [], id ?? '');
  const target = useMemo<ObjectRef | undefined>(
    () =>
      resource && {
        ref,
        resource,
        namespace: resource.namespaced && namespace !== '-' ? (namespace ?? '') : '',
        name: name ?? '',
      },
    [ref, resource, namespace, name],
  );
  const state = useKubeObject(target);
  if (target === undefined) {
    if (data !== undefined) return <KindNotServed cluster={ref} id={id ?? ''} />;
    if (error === null) return <Waiting name={name ?? ''} />;
    return (
      <ErrorState title="The kinds of this cluster could not be loaded." onRetry={() => void refetch()}>
        {sentenceOf(error)}
      </ErrorState>
    );
  }
  if (state.object === undefined) return <NoObject target={target} state={state} />;
  // An edit belongs to one object, so another object starts anew.
  const key = [ref.organization, ref.cluster, id, namespace, name].join('/');
  return <Loaded key={key} target={target} state={state} object={state.object} />;
}

function Waiting({ name }: { name: string }) {
  return (
    <div
      role="status"
      aria-label={`Loading ${name}`}
      className="mx-auto flex w-full max-w-320 flex-col gap-4 px-6 py-5 max-sm:px-4"
    >
      <h1 className="truncate font-semibold text-lg">{name}</h1>
      <Skeleton className="h-6 w-80 max-w-full" />
      <Skeleton className="h-40 w-full" />
      <Skeleton className="h-28 w-full" />
    </div>
  );
}

function NoObject({ target, state }: { target: ObjectRef; state: ObjectState }) {
  const { ref, resource, namespace, name } = target;
  const { freshness } = state;
  const all = (
    <Button asChild>
      <Link href={kindHref(ref, resource, namespace)}>All {pluralOf(resource)}</Link>
    </Button>
  );
  if (state.gone) {
    return (
      <EmptyState of="page" icon={<Trash2 aria-hidden />} title={`There is no ${resource.kind} ${name}`} action={all}>
        {namespace === ''
          ? 'It may have been deleted'
          : `It may have been deleted, or is in another namespace than ${namespace}`}
        . Should it come, it appears here.
        {isPod(target) && (
          <div className="mt-4 flex justify-center">
            <Replacements target={target} last={undefined} />
          </div>
        )}
      </EmptyState>
    );
  }
  if (freshness.state === 'denied')
    return <ErrorState title={`You are not allowed to see ${resource.kind} ${name}.`}>{freshness.message}</ErrorState>;
  if (freshness.state === 'failed') {
    return (
      <ErrorState title={`${name} could not be loaded.`} retrying="Retrying automatically.">
        {freshness.message}
      </ErrorState>
    );
  }
  return <Waiting name={name} />;
}

function Loaded({ target, state, object }: { target: ObjectRef; state: ObjectState; object: KubeObject }) {
  const { resource, namespace, name } = target;
  const [written, setTab] = useQueryValue('tab');
  const revised = hasRevisions(target);
  const tabs = ['yaml', 'events', ...(revised ? ['revisions'] : [])];
  const tab = tabs.includes(written) ? written : 'summary';
  // Once opened, it stays mounted, because it may contain an unfinished edit.
  const [editorOpened, setEditorOpened] = useState(false);
  if (tab === 'yaml' && !editorOpened) setEditorOpened(true);
  const doubtful = isDoubtful(useShownFreshness(state.freshness));
  const [editing, setEditing] = useState(false);
  const draftKey = useDraftKey(target.ref, resourceId(resource), namespace, name);
  const measured = measurable(resource);
  const description = useMemo(() => describe(resource, object), [resource, object]);
  const now = useTicking((ms) => Math.floor(ms / JUDGED_MS) * JUDGED_MS);
  const rules = useRules();
  const verdict = useMemo(() => rules?.judge(resource, object, now), [rules, resource, object, now]);
  const shown = verdict === undefined ? description.state : { tone: verdict.tone, text: verdict.word };
  useActions(offered, {
    target,
    chosen: [],
    showYaml: () => setTab('yaml'),
    showEvents: () => setTab('events'),
    askToDelete: () => undefined,
  });
  // The URL may request a terminal or logs, which open in the dock and outlive this page.
  useEffect(() => {
    const opened = (written === 'terminal' && openTerminalOf(target)) || (written === 'logs' && openLogsOf(target));
    if (opened) setTab('');
  }, [written, setTab, target]);

  return (
    <div className="mx-auto flex w-full max-w-320 flex-col px-6 py-5 max-sm:px-4">
      <header className="mb-3 flex flex-wrap items-start gap-x-4 gap-y-3">
        <div className="min-w-0 flex-1 basis-80">
          <h1 className="font-semibold text-lg [overflow-wrap:anywhere]">{name}</h1>
          <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
            <span className="text-muted">
              {resource.kind}
              {namespace !== '' && ` in ${namespace}`}
            </span>
            {state.gone ? (
              <StatusDot tone="bad">Deleted. This is its last state</StatusDot>
            ) : (
              shown !== undefined && <StatusDot tone={shown.tone}>{shown.text}</StatusDot>
            )}
            <FreshnessLine freshness={state.freshness} />
          </div>
        </div>
        {!state.gone && (
          <div className="flex flex-wrap items-center gap-2 max-sm:gap-1">
            <ObjectToolbar target={target} object={object} showRevisions={() => setTab('revisions')} />
          </div>
        )}
      </header>
      {draftKey !== undefined && !editing && (
        <DraftOffer
          draftKey={draftKey}
          onContinue={() => {
            setEditing(true);
            setTab('yaml');
          }}
        />
      )}
      <Tabs
        label={`Views of ${name}`}
        value={tab}
        onValueChange={(next) => setTab(next === 'summary' ? '' : next)}
        tabs={[
          {
            value: 'summary',
            label: 'Summary',
            content: (
              <div className={cn('flex flex-col gap-4 transition-[filter]', doubtful && DIMMED)}>
                {state.gone && isPod(target) && (
                  <Card>
                    <Replacements target={target} last={object} />
                  </Card>
                )}
                {!state.gone && verdict !== undefined && isTrouble(verdict) && (
                  <WhyCard target={target} object={object} verdict={verdict} now={now} onTab={setTab} />
                )}
                {!state.gone && isSelecting(target, object) && <EndpointsNote target={target} onTab={setTab} />}
                <MetadataCard object={object} facts={description.facts} />
                {description.sections.map((section, index) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: a kind's sections have a fixed order
                  <SectionView key={index} section={section} name={name} />
                ))}
                {hasChanges(target) && <WorkloadChangesCard target={target} object={object} />}
                <Conditions object={object} />
                {/* Last, because its height is known only when it has been measured. */}
                {measured !== undefined && !state.gone && (
                  <UsageCard target={target} object={object} resource={measured} />
                )}
              </div>
            ),
          },
          {
            value: 'yaml',
            label: 'YAML',
            keep: editorOpened,
            content: (
              <YamlTab
                target={target}
                object={object}
                gone={state.gone}
                old={doubtful}
                draftKey={draftKey}
                editing={editing}
                onEditing={setEditing}
              />
            ),
          },
          { value: 'events', label: 'Events', content: <EventsTab target={target} /> },
          ...(revised
            ? [{ value: 'revisions', label: 'Revisions', content: <RevisionsTab target={target} object={object} /> }]
            : []),
        ]}
      />
    </div>
  );
}

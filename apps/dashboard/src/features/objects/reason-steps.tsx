'use client';
import { Button } from '#components/ui/button.tsx';
import { kindHref, objectHref } from '#features/address/kind-href.ts';
import { openInDock } from '#features/dock/dock-store.ts';
import type { Step } from '#features/health/diagnosis.ts';
import { findKind, pluralOf } from '#features/kube/api-resource.ts';
import type { ObjectRef } from '#features/kube/kube-actions.ts';
import { useDiscovery } from '#features/kube/use-discovery.ts';
import { Link } from '#features/router/link.tsx';

export interface ReasonStepsProps {
  target: ObjectRef;
  steps: readonly Step[];
  onTab: (tab: 'events' | 'yaml') => void;
}

/** What to do next, as buttons and links. */
export function ReasonSteps({ target, steps, onTab }: ReasonStepsProps) {
  return (
    <div className="flex flex-wrap gap-2">
      {steps.map((step) => (
        <StepButton key={JSON.stringify(step)} step={step} target={target} onTab={onTab} />
      ))}
    </div>
  );
}

function StepButton({ step, target, onTab }: { step: Step } & Omit<ReasonStepsProps, 'steps'>) {
  const { ref, namespace, name } = target;
  const { data } = useDiscovery(ref);
  const kinds = data?.resources ?? [];
  switch (step.do) {
    case 'logs':
      return (
        <Button
          size="sm"
          onClick={() => {
            const pods = [{ namespace, name }];
            openInDock({ kind: 'logs', selection: { ref, of: 'pods', pods, container: step.container } });
          }}
        >
          Whole log
        </Button>
      );
    case 'events':
      return (
        <Button size="sm" onClick={() => onTab('events')}>
          Its events
        </Button>
      );
    case 'yaml':
      return (
        <Button size="sm" onClick={() => onTab('yaml')}>
          Edit YAML
        </Button>
      );
    case 'open': {
      const kind = findKind(kinds, step.to.apiVersion, step.to.kind);
      return kind === undefined ? null : (
        <Button size="sm" asChild>
          <Link href={objectHref(ref, kind, step.to)}>
            {step.to.kind} {step.to.name}
          </Link>
        </Button>
      );
    }
    case 'list': {
      const kind = findKind(kinds, step.apiVersion, step.kind);
      return kind === undefined ? null : (
        <Button size="sm" asChild>
          <Link href={kindHref(ref, kind, namespace)}>
            {pluralOf(kind)}
            {kind.namespaced && ` in ${namespace}`}
          </Link>
        </Button>
      );
    }
  }
}

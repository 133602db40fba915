import type { AuditEvent } from '@postern/contracts';
import type { Tone } from '#components/ui/tone.ts';

export const decisionTones: Record<AuditEvent['decision'], Tone> = { allowed: 'ok', refused: 'bad', error: 'warn' };

export const sourceNames: Record<AuditEvent['source'], string> = {
  browser: 'Browser',
  kubectl: 'kubectl',
  cli: 'Command line',
  api: 'API',
  agent: 'Agent',
  system: 'Postern itself',
};

/** What was done, in the words of Kubernetes if it was a request to a cluster: `get pods/log`; otherwise the action. */
export function deedOf({ action, verb, resource, group, subresource, phase }: AuditEvent): string {
  const grouped = [resource, group].filter(Boolean).join('.');
  const kind = resource === null ? '' : [grouped, subresource].filter(Boolean).join('/');
  const deed = verb === null ? action : [verb, kind].filter(Boolean).join(' ');
  return phase === null ? deed : `${deed} (${phase})`;
}

/** What it was done to: `shop/web-1`, or only the namespace or the name. */
export const objectOf = ({ namespace, name }: AuditEvent): string => [namespace, name].filter(Boolean).join('/');

import { type ObjectRef, patchObject, restartObject } from '#features/kube/kube-actions.ts';
import { commandLine, kubectlKind, namespaceFlag } from '#features/kube/kubectl-text.ts';
import { get } from '#features/kube/read.ts';

/** A change that is the same for one object or many: one request each. */
export interface Operation {
  /** On the button: "Restart". */
  verb: string;
  /** The question; `what` is a name, or "3 Deployments". */
  title: (what: string) => string;
  /** What happens, for one object and for many. */
  description: string;
  /** What is said afterwards, after the name: "restarts". */
  done: string;
  /** The kubectl command for one object. */
  command: (target: ObjectRef) => string;
  /** @throws KubeError; Error if it had no effect. */
  run: (target: ObjectRef) => Promise<unknown>;
}

const slashed = ({ resource, name }: ObjectRef): string => `${kubectlKind(resource)}/${name}`;

/** `kubectl rollout VERB kind/name -n ns` */
const rolloutCommand = (verb: string) => (target: ObjectRef) =>
  commandLine('kubectl', 'rollout', verb, slashed(target), ...namespaceFlag(target.namespace));

/** Sets a field of the spec, with kubectl's own commands or a patch. */
function setsField(field: 'paused' | 'suspend' | 'unschedulable', value: true | null) {
  return {
    run: (target: ObjectRef) => patchObject(target, { spec: { [field]: value } }),
    patchCommand: (target: ObjectRef) =>
      commandLine(
        'kubectl',
        'patch',
        slashed(target),
        ...namespaceFlag(target.namespace),
        '--type=merge',
        '-p',
        JSON.stringify({ spec: { [field]: value === true } }),
      ),
  };
}

const nodeCommand = (verb: string) => (target: ObjectRef) => commandLine('kubectl', verb, target.name);

export const operations = {
  restart: {
    verb: 'Restart',
    title: (what) => `Restart ${what}?`,
    description: 'All pods are replaced, a few at a time, following the update strategy.',
    done: 'restarts',
    command: rolloutCommand('restart'),
    run: async (target) => {
      const after = await restartObject(target, new Date());
      if (get(after, 'spec', 'paused') === true)
        throw new Error('Its rollout is paused: its pods are replaced once the rollout is resumed.');
    },
  },
  pause: {
    verb: 'Pause rollout',
    title: (what) => `Pause the rollout of ${what}?`,
    description: 'Changes of the pod template wait until the rollout is resumed. Running pods stay as they are.',
    done: 'is paused',
    command: rolloutCommand('pause'),
    run: setsField('paused', true).run,
  },
  resume: {
    verb: 'Resume rollout',
    title: (what) => `Resume the rollout of ${what}?`,
    description: 'Changes of the pod template that were made meanwhile are rolled out now.',
    done: 'rolls out again',
    command: rolloutCommand('resume'),
    run: setsField('paused', null).run,
  },
  suspend: {
    verb: 'Suspend',
    title: (what) => `Suspend ${what}?`,
    description: 'Nothing new is started until it is resumed. The running pods of a suspended job are ended.',
    done: 'is suspended',
    command: setsField('suspend', true).patchCommand,
    run: setsField('suspend', true).run,
  },
  unsuspend: {
    verb: 'Resume',
    title: (what) => `Resume ${what}?`,
    description: 'A cron job runs again at its next time, a job now.',
    done: 'runs again',
    command: setsField('suspend', null).patchCommand,
    run: (target) => patchObject(target, { spec: { suspend: false } }),
  },
  cordon: {
    verb: 'Cordon',
    title: (what) => `Cordon ${what}?`,
    description: 'No new pods are scheduled there. Those that run stay.',
    done: 'takes no new pods',
    command: nodeCommand('cordon'),
    run: setsField('unschedulable', true).run,
  },
  uncordon: {
    verb: 'Uncordon',
    title: (what) => `Uncordon ${what}?`,
    description: 'New pods are scheduled there again.',
    done: 'takes pods again',
    command: nodeCommand('uncordon'),
    run: setsField('unschedulable', null).run,
  },
} satisfies Record<string, Operation>;

export type OperationId = keyof typeof operations;

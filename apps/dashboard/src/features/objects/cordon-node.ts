import { toast } from '#components/ui/toast.tsx';
import { type ObjectRef, patchObject } from '#features/kube/kube-actions.ts';
import { sentenceOf } from '#features/kube/kube-error.ts';

/** Keeps new pods off a node, or admits them again, and says whether that worked. */
export async function cordonNode(target: ObjectRef, cordoned: boolean): Promise<void> {
  try {
    await patchObject(target, { spec: { unschedulable: cordoned } });
    toast({ title: cordoned ? `${target.name} takes no new pods` : `${target.name} takes pods again`, tone: 'ok' });
  } catch (error) {
    toast({ title: 'Not changed', description: sentenceOf(error), tone: 'bad' });
  }
}

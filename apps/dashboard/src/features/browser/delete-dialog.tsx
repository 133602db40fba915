'use client';
import { ConfirmDialog } from '#components/ui/confirm-dialog.tsx';
import { CopyBox } from '#components/ui/copy-box.tsx';
import { toast } from '#components/ui/toast.tsx';
import { pluralOf } from '#features/kube/api-resource.ts';
import { deleteObject, type ObjectRef } from '#features/kube/kube-actions.ts';
import { adviceOf, KubeError } from '#features/kube/kube-error.ts';
import { commandLine, kubectlKind, namespaceFlag } from '#features/kube/kubectl-text.ts';
import { applyToEach } from '#features/workloads/apply-each.ts';
import { isReplaced } from './replaced-pods.ts';

const NAMED = 8;

/** Asks for confirmation, by typing the name unless controllers replace what is deleted, and deletes one or several objects of a kind. */
export function DeleteDialog({
  targets,
  onClose,
  onDeleted,
}: {
  targets: readonly ObjectRef[];
  onClose: () => void;
  onDeleted?: () => void;
}) {
  const [first] = targets;
  if (first === undefined) return null;
  const many = targets.length > 1;
  const plural = pluralOf(first.resource);
  const replaced = targets.every(isReplaced);
  const what = many ? `${targets.length} ${plural}` : first.name;
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={many ? `Delete ${what}?` : `Delete ${first.resource.kind} ${first.name}?`}
      description={
        many
          ? `${targets
              .slice(0, NAMED)
              .map(({ name }) => name)
              .join(
                ', ',
              )}${targets.length > NAMED ? ` and ${targets.length - NAMED} more` : ''}. ${replaced ? 'Their controllers start others in their place.' : 'What they own goes with them. This cannot be undone.'}`
          : `${first.namespace === '' ? '' : `In ${first.namespace}. `}${replaced ? `Its ${first.controller} starts another in its place.` : 'What it owns goes with it. This cannot be undone.'}`
      }
      {...(!replaced && { name: what })}
      action={many ? `Delete ${targets.length}` : 'Delete'}
      onConfirm={async () => {
        await deleteAll(targets);
        toast({
          title: many ? `${what} are being deleted` : `${first.resource.kind} ${first.name} is being deleted`,
          tone: 'ok',
        });
        onDeleted?.();
      }}
    >
      <div className="mb-4 flex flex-col gap-1.5">
        <p className="text-muted text-xs">The same with kubectl</p>
        <CopyBox text={deleteCommand(targets)} label="kubectl command" />
      </div>
    </ConfirmDialog>
  );
}

/** @throws Error with one message for all failures. An object that no longer exists is not a failure. */
async function deleteAll(targets: readonly ObjectRef[]): Promise<void> {
  const all = await applyToEach(targets, (target) =>
    deleteObject(target).catch((error: unknown) => {
      if (!(error instanceof KubeError && error.status === 404)) throw error;
    }),
  );
  const failures = all.flatMap((progress, index) =>
    progress.state === 'failed' ? [`${targets[index]?.name}: ${adviceOf(progress.error)}`] : [],
  );
  if (failures.length === 0) return;
  throw new Error(
    targets.length === 1 ? failures[0] : `${failures.length} of ${targets.length} were not deleted. ${failures[0]}`,
  );
}

function deleteCommand(targets: readonly ObjectRef[]): string {
  const byNamespace = Map.groupBy(targets, ({ namespace }) => namespace);
  return [...byNamespace]
    .map(([namespace, some]) => {
      const kind = some[0] === undefined ? '' : kubectlKind(some[0].resource);
      return commandLine('kubectl', 'delete', kind, ...some.map(({ name }) => name), ...namespaceFlag(namespace));
    })
    .join('\n');
}

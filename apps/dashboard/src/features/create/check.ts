import type { ApiResource } from '#features/kube/api-resource.ts';
import type { ClusterRef } from '#features/kube/cluster-ref.ts';
import { getObject, type ObjectRef } from '#features/kube/kube-actions.ts';
import { KubeError, sentenceOf } from '#features/kube/kube-error.ts';
import { text } from '#features/kube/read.ts';
import { type Edit, type Review, reviewEdit } from '#features/objects/edit.ts';
import { type Refused, refusedIn } from '#features/objects/field-problems.ts';
import type { Manifest } from '#features/objects/manifests.ts';
import { overlay } from '#features/objects/merge.ts';
import { createObject, type Home } from './create-object.ts';

/** What would happen to one manifest, as the server says. */
export type Outcome =
  | { type: 'create' }
  /** It exists, and has everything that the manifest says. */
  | { type: 'same' }
  /** It exists and differs. */
  | { type: 'change'; edit: Edit; review: Extract<Review, { type: 'ready' }> }
  /** Its namespace is created by this text, so the server can only check it after that. */
  | { type: 'later' }
  | { type: 'error'; message: string; refused: readonly Refused[] };

/** A manifest and the outcome of its dry run. */
export interface Checked {
  kind: string;
  /** Empty if the server chooses it. */
  name: string;
  /** Undefined if it is not known where it goes. */
  home: Home | undefined;
  /** What is sent. */
  object: Record<string, unknown>;
  outcome: Outcome;
}

/** Where manifests go. */
export interface Surroundings {
  ref: ClusterRef;
  resources: readonly ApiResource[];
  /** For manifests that name none. */
  namespace: string;
}

/** Tries every manifest on the server, in order, without changing anything. */
export async function checkAll(manifests: readonly Manifest[], surroundings: Surroundings): Promise<Checked[]> {
  const all: Checked[] = [];
  for (const manifest of manifests) all.push(await checkOne(manifest, surroundings, namespacesIn(all)));
  return all;
}

const namespacesIn = (checked: readonly Checked[]): string[] =>
  checked.flatMap(({ kind, name, outcome }) => (kind === 'Namespace' && outcome.type === 'create' ? name : []));

async function checkOne(manifest: Manifest, surroundings: Surroundings, coming: readonly string[]): Promise<Checked> {
  const { object = {}, problems } = manifest;
  const kind = text(object, 'kind') ?? '';
  const name = text(object, 'metadata', 'name') ?? '';
  const failed = (message: string, field = '', home?: Home): Checked => ({
    kind,
    name,
    home,
    object,
    outcome: { type: 'error', message, refused: [{ field, message, was: manifest.find(field).text }] },
  });
  const [problem] = problems;
  if (problem !== undefined)
    return { ...failed(problem.message), outcome: { type: 'error', message: problem.message, refused: [] } };
  const apiVersion = text(object, 'apiVersion') ?? '';
  if (apiVersion === '' || kind === '') return failed('apiVersion and kind are required.');
  const resource = findServed(surroundings.resources, apiVersion, kind);
  if (resource === undefined) return failed(`This cluster has no kind ${kind} in ${apiVersion}.`, 'kind');
  const namespace = resource.namespaced ? text(object, 'metadata', 'namespace') || surroundings.namespace : '';
  const home: Home = { ref: surroundings.ref, resource, namespace };
  try {
    await createObject(home, object, { dryRun: true });
    return { kind, name, home, object, outcome: { type: 'create' } };
  } catch (error) {
    if (coming.includes(namespace) && isNotFound(error))
      return { kind, name, home, object, outcome: { type: 'later' } };
    if (name === '' || !isExisting(error)) return { kind, name, home, object, outcome: refusal(manifest, error) };
  }
  return { kind, name, home, object, outcome: await compare(manifest, object, { ...home, name }) };
}

/** Compares a manifest with the object of that name, and tries the change. */
async function compare(manifest: Manifest, object: Record<string, unknown>, target: ObjectRef): Promise<Outcome> {
  try {
    const live = await getObject(target);
    // As the server has defaults for much that a manifest leaves out, only what it says counts.
    const edit: Edit = { target, base: live, edited: overlay(live, object) as Record<string, unknown> };
    const review = await reviewEdit(edit);
    if (review.type === 'unchanged') return { type: 'same' };
    if (review.type === 'ready') return { type: 'change', edit, review };
    return { type: 'error', message: `${target.name} is being changed by somebody else. Check again.`, refused: [] };
  } catch (error) {
    return refusal(manifest, error);
  }
}

function refusal(manifest: Manifest, error: unknown): Outcome {
  const message = sentenceOf(error);
  const refused = refusedIn(manifest, error);
  const whole = [{ field: '', message, was: manifest.find('').text }];
  return { type: 'error', message, refused: refused.length > 0 ? refused : whole };
}

/** The resource of exactly this version and kind. */
function findServed(resources: readonly ApiResource[], apiVersion: string, kind: string): ApiResource | undefined {
  return resources.find(
    (one) => one.kind === kind && (one.group === '' ? one.version : `${one.group}/${one.version}`) === apiVersion,
  );
}

const isNotFound = (error: unknown): boolean => error instanceof KubeError && error.status === 404;
const isExisting = (error: unknown): boolean => error instanceof KubeError && error.reason === 'AlreadyExists';

import { type KubeTarget, parseTarget } from '@postern/kube';
import { refusal } from '../access/refusal.ts';

/** Where a request to the kube endpoint goes. */
export interface KubeAddress {
  /** The cluster that the path names; null: the only one that the credential opens. */
  named: { organization: string; cluster: string } | null;
  /** What the apiserver gets: the part after `/k8s/<organization>/<cluster>`, or all of it. */
  target: KubeTarget;
}

/**
 * Pass: takes `/k8s/<organization>/<cluster>/…` apart, once, on the raw text. Every other path is the apiserver's own.
 * @throws Refusal 400 for a hostile path, 404 for one under `/k8s` that names no cluster.
 */
export function readAddress(url: string): KubeAddress {
  if (!/^\/k8s(?:[/?]|$)/.test(url)) return { named: null, target: readTarget(url) };
  const match = /^\/k8s\/([^/?#]+)\/([^/?#]+)([/?][\s\S]*)?$/.exec(url);
  const [, organization, cluster, rest = '/'] = match ?? [];
  if (organization === undefined || cluster === undefined) {
    throw refusal(404, 'A cluster is reached at /k8s/<organization>/<cluster>.');
  }
  if (!isSlug(organization) || !isSlug(cluster))
    throw refusal(400, 'The names of organization and cluster are malformed.');
  return { named: { organization, cluster }, target: readTarget(rest.startsWith('?') ? `/${rest}` : rest) };
}

function readTarget(text: string): KubeTarget {
  const { target, refused } = parseTarget(text);
  if (target === undefined) throw refusal(400, `The request was refused: ${refused}.`);
  return target;
}

const isSlug = (text: string): boolean => /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/.test(text);

import { type KubeTarget, parseTarget } from '@postern/kube';
import { refusal } from './refusal.ts';

/** Where a request to the kube endpoint goes. */
export interface KubeAddress {
  organization: string;
  cluster: string;
  /** What the apiserver gets: the part after `/k8s/<organization>/<cluster>`. */
  target: KubeTarget;
}

/**
 * Pass: takes `/k8s/<organization>/<cluster>/…` apart, once, on the raw text.
 * @throws Refusal 400 for a hostile path, 404 for one that names no cluster.
 */
export function readAddress(url: string): KubeAddress {
  const match = /^\/k8s\/([^/?#]+)\/([^/?#]+)([/?][\s\S]*)?$/.exec(url);
  const [, organization, cluster, rest = '/'] = match ?? [];
  if (organization === undefined || cluster === undefined) {
    throw refusal(404, 'A cluster is reached at /k8s/<organization>/<cluster>.');
  }
  if (!isSlug(organization) || !isSlug(cluster))
    throw refusal(400, 'The names of organization and cluster are malformed.');
  const { target, refused } = parseTarget(rest.startsWith('?') ? `/${rest}` : rest);
  if (target === undefined) throw refusal(400, `The request was refused: ${refused}.`);
  return { organization, cluster, target };
}

const isSlug = (text: string): boolean => /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/.test(text);

import { type KubeTarget, parseTarget } from '@postern/kube';
import { refusal } from '../access/refusal.ts';

/** The destination of a request to the kube endpoint. */
export interface KubeAddress {
  /** The cluster in the path; null for the only one that the credential opens. */
  named: { organization: string; cluster: string } | null;
  /** The target for the apiserver: the part after `/k8s/<organization>/<cluster>`, or the whole target. */
  target: KubeTarget;
}

/**
 * Pass: splits `/k8s/<organization>/<cluster>/…`, once, on the raw text. Any other path is passed to the apiserver as it is.
 * @throws Refusal 400 for an unsafe path, 404 for one under `/k8s` that names no cluster.
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

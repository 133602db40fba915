import { DRAFTS } from './forget-drafts.ts';

/** What a draft belongs to. */
export interface DraftOf {
  user: string;
  organization: string;
  cluster: string;
  /** The object: kind, namespace, name. Empty for new objects. */
  object: readonly string[];
}

export const draftKey = ({ user, organization, cluster, object }: DraftOf): string =>
  DRAFTS + [user, organization, cluster, ...object].map(encodeURIComponent).join('/');

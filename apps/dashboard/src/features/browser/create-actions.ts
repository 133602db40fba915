import { Plus } from 'lucide-react';
import type { Action } from '#features/actions/action.ts';
import { type CreateRequest, requestCreate } from './create-request.ts';

/** Opens an editor for new objects, on any page of a cluster. */
export const createFromYaml: Action<CreateRequest> = {
  id: 'cluster.create',
  label: 'Create from YAML',
  group: 'cluster',
  icon: Plus,
  keys: 'c',
  words: ['new', 'apply'],
  run: requestCreate,
};

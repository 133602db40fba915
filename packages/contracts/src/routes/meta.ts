import { Meta } from '../meta.ts';
import { operations } from '../operations.ts';
import type { Route } from '../route.ts';

export const metaRoutes = {
  getMeta: {
    ...operations.getMeta,
    tag: 'Meta',
    summary: 'What a client must know before it signs in',
    access: 'public',
    response: Meta,
    status: 200,
    errors: [],
  },
  ping: {
    ...operations.ping,
    tag: 'Meta',
    summary: 'A sign of life, for clients that watch their connection; answers nothing',
    access: 'user',
    status: 204,
    errors: [],
  },
} as const satisfies Record<string, Route>;

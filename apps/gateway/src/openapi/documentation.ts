import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { StaticAnswer } from '../edge/static-answer.ts';

/** All there is to see of the API's documentation. The package it comes from has more files, of many megabytes. */
const documentPaths: ReadonlySet<string> = new Set([
  '/api/openapi.json',
  '/api/docs',
  ...[
    'swagger-ui.css',
    'swagger-ui-bundle.js',
    'swagger-ui-standalone-preset.js',
    'swagger-ui-init.js',
    'favicon-16x16.png',
    'favicon-32x32.png',
  ].map((file) => `/api/docs/${file}`),
]);

/** Whether a path is below the documentation and yet no part of it. */
export function isHiddenDocument(path: string): boolean {
  return path.startsWith('/api/docs/') && !documentPaths.has(path);
}

/**
 * The API's documentation, the same for everybody: made by Nest the first time that someone asks, then held once for all.
 */
export class Documentation {
  readonly #fastify: Pick<FastifyInstance, 'inject'>;
  readonly #made = new Map<string, Promise<StaticAnswer>>();

  constructor(fastify: Pick<FastifyInstance, 'inject'>) {
    this.#fastify = fastify;
  }

  /** The document that a request asks for; undefined when it asks for something else. Rejects when it cannot be made. */
  find({ method, url = '' }: Pick<IncomingMessage, 'method' | 'url'>): Promise<StaticAnswer> | undefined {
    const path = url.split('?', 1)[0] ?? '';
    if (!documentPaths.has(path) || (method !== 'GET' && method !== 'HEAD')) return undefined;
    const made = this.#made.get(path) ?? this.#make(path);
    this.#made.set(path, made);
    return made;
  }

  async #make(path: string): Promise<StaticAnswer> {
    const { statusCode, rawPayload, headers } = await this.#fastify.inject({ method: 'GET', url: path });
    if (statusCode !== 200) {
      this.#made.delete(path);
      throw new Error(`the document ${path} was answered with ${statusCode}`);
    }
    // Looked for again each time, and sent again only after an upgrade.
    return new StaticAnswer(rawPayload, {
      'content-type': String(headers['content-type']),
      'cache-control': 'no-cache',
    });
  }
}

/** Hands out documents, and everything else to `others`. @param headersFor what every answer of the API carries. */
export function serveDocumentation(
  documentation: Documentation,
  parts: {
    headersFor: (request: IncomingMessage) => Record<string, string>;
    others: (request: IncomingMessage, response: ServerResponse) => void;
  },
): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    const found = documentation.find(request);
    if (found === undefined) {
      parts.others(request, response);
      return;
    }
    found.then(
      (document) => {
        for (const [name, value] of Object.entries(parts.headersFor(request))) response.setHeader(name, value);
        return document.answer(request, response);
      },
      () => parts.others(request, response),
    );
  };
}

import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { StaticAnswer } from '../edge/static-answer.ts';

const script = 'text/javascript; charset=utf-8';
const require = createRequire(import.meta.url);

/** The files of the package `swagger-ui-dist` that the page uses; it has others, of many megabytes. */
const packageFiles = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': script,
  'swagger-ui-standalone-preset.js': script,
  'favicon-32x32.png': 'image/png',
};

const page = `<!DOCTYPE html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>Postern API</title>
    <link rel="stylesheet" href="/api/docs/swagger-ui.css">
    <link rel="icon" type="image/png" href="/api/docs/favicon-32x32.png" sizes="32x32">
  </head>
  <body>
    <div id="swagger-ui"></div>
    <script src="/api/docs/swagger-ui-bundle.js"></script>
    <script src="/api/docs/swagger-ui-standalone-preset.js"></script>
    <script src="/api/docs/start.js"></script>
  </body>
</html>
`;

const start = `SwaggerUIBundle({
  url: '/api/openapi.json',
  dom_id: '#swagger-ui',
  deepLinking: true,
  presets: [SwaggerUIBundle.presets.apis, SwaggerUIStandalonePreset],
  layout: 'StandaloneLayout',
});
`;

/** The function that creates each document, by path. */
type Sources = ReadonlyMap<string, () => Promise<StaticAnswer>>;

/**
 * The OpenAPI document and the page that shows it, the same for everybody: created on the first request and then kept in
 * memory.
 */
export class Documentation {
  readonly #sources: Sources;
  readonly #made = new Map<string, Promise<StaticAnswer>>();

  /** @param describe creates the OpenAPI document, an object for JSON. */
  constructor(describe: () => object) {
    this.#sources = new Map([
      ['/api/openapi.json', async () => answer(JSON.stringify(describe()), 'application/json; charset=utf-8')],
      ['/api/docs', async () => answer(page, 'text/html; charset=utf-8')],
      ['/api/docs/start.js', async () => answer(start, script)],
      ...Object.entries(packageFiles).map(
        ([name, type]) =>
          [
            `/api/docs/${name}`,
            async () => answer(await readFile(require.resolve(`swagger-ui-dist/${name}`)), type),
          ] as const,
      ),
    ]);
  }

  /** The document that a request asks for; undefined if it asks for something else. Rejects if it cannot be created. */
  find({ method, url = '' }: Pick<IncomingMessage, 'method' | 'url'>): Promise<StaticAnswer> | undefined {
    const path = url.split('?', 1)[0] ?? '';
    const source = this.#sources.get(path);
    if (source === undefined || (method !== 'GET' && method !== 'HEAD')) return undefined;
    const known = this.#made.get(path);
    if (known !== undefined) return known;
    const made = source();
    this.#made.set(path, made);
    // A document that could not be created (too many open files, for example) is tried again at the next request.
    made.catch(() => this.#made.delete(path));
    return made;
  }
}

/** Revalidated at each request, and sent again only after an upgrade. */
function answer(body: string | Buffer, type: string): StaticAnswer {
  return new StaticAnswer(Buffer.from(body), { 'content-type': type, 'cache-control': 'no-cache' });
}

/** Serves the documents and passes any other request to `others`. @param headersFor headers of every response of the API. */
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

import { expect, it } from 'vitest';
import { readPageBytes } from './page-bytes.ts';

/** Reads a body that arrives in pieces. @returns the token, and how many pieces had arrived by then. */
async function read(pieces: readonly string[]): Promise<{ text: string; token: string | undefined; after: number }> {
  let sent = 0;
  const body = new ReadableStream<Uint8Array>(
    {
      pull: (controller) => {
        const piece = pieces[sent];
        if (piece === undefined) return controller.close();
        sent++;
        controller.enqueue(new TextEncoder().encode(piece));
      },
    },
    { highWaterMark: 0 },
  );
  let token: string | undefined;
  let after = 0;
  const bytes = await readPageBytes(new Response(body), (next) => {
    token = next;
    after = sent;
  });
  return { text: new TextDecoder().decode(bytes), token, after };
}

const table = '{"kind":"Table","apiVersion":"meta.k8s.io/v1","metadata":';
const rest = ',"columnDefinitions":[],"rows":[{"object":{"metadata":{"continue":"no"}}}]}\n';

it.each([
  ['a table', [`${table}{"resourceVersion":"9","continue":"abc","remainingItemCount":5}${rest}`], 'abc', 1],
  ['a list', ['{"kind":"PodList","metadata":{"continue":"abc"},"items":[]}'], 'abc', 1],
  ['a list with spaces', ['{\n "apiVersion": "v1",\n "metadata": { "continue": "a\\u003dc" }, "items": []}'], 'a=c', 1],
  ['a last page', [`${table}{"resourceVersion":"9"}${rest}`], '', 1],
  ['many pieces', [table, '{"resource', 'Version":"9","cont', 'inue":"ä"}', rest.slice(0, 9), rest.slice(9)], 'ä', 4],
  [
    'items before the metadata',
    ['{"items":[{"metadata":{"continue":"no"}}],"metadata":{"continue":"abc"}}'],
    undefined,
    0,
  ],
  ['metadata that comes too late', [`{"kind":"${'x'.repeat(5_000)}",`, '"metadata":{"continue":"abc"}}'], undefined, 0],
  ['metadata of another shape', ['{"metadata":{"continue":7},"items":[]}'], undefined, 0],
  ['something else', ['<html>'], undefined, 0],
  ['nothing', [], undefined, 0],
])('%s gives its bytes, and the token as soon as it has arrived', async (_, pieces, token, after) => {
  expect(await read(pieces)).toEqual({ text: pieces.join(''), token, after });
});

it('gives the bytes of a response without a body', async () => {
  expect((await readPageBytes(new Response(null), () => undefined)).byteLength).toBe(0);
});

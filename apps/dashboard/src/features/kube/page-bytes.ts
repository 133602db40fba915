/** The token of the next page is looked for in this many characters from the beginning. */
const HEAD = 4096;
/** The metadata of a list, which kube-apiserver sends before the items. */
const HEADED = /^\s*\{(?:\s*"(?:kind|apiVersion)"\s*:\s*"[^"]*"\s*,)*\s*"metadata"\s*:\s*(\{[^{}]*\})/;

/**
 * Reads a page of a list. `onNext` is called with the token of the next page (empty at the end) as soon as it has arrived,
 * usually long before the last byte; never if it does not come first.
 */
export async function readPageBytes(response: Response, onNext: (token: string) => void): Promise<ArrayBuffer> {
  if (response.body === null) return await response.arrayBuffer();
  const reader = response.body.getReader();
  const parts: Uint8Array[] = [];
  let length = 0;
  let head: { decoder: TextDecoder; text: string } | undefined = { decoder: new TextDecoder(), text: '' };
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    parts.push(read.value);
    length += read.value.byteLength;
    if (head === undefined) continue;
    head.text += head.decoder.decode(read.value.subarray(0, HEAD), { stream: true });
    const token = tokenIn(head.text);
    if (token !== undefined) onNext(token);
    if (token !== undefined || head.text.length >= HEAD) head = undefined;
  }
  return join(parts, length);
}

/** The token of the next page, once the metadata of the list is complete; undefined before. */
function tokenIn(head: string): string | undefined {
  const metadata = HEADED.exec(head)?.[1];
  if (metadata === undefined) return undefined;
  try {
    const { continue: token = '' } = JSON.parse(metadata) as { continue?: unknown };
    return typeof token === 'string' ? token : undefined;
  } catch {
    return undefined;
  }
}

function join(parts: readonly Uint8Array[], length: number): ArrayBuffer {
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.byteLength;
  }
  return bytes.buffer;
}

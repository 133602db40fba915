/** Longer texts are cut; a Status has a few hundred bytes. */
const maxBytes = 64 * 1024;
const maxMessage = 500;

/** Collects what the cluster says at the end of a session. */
export class ExitReader {
  #parts: Buffer[] = [];
  #size = 0;

  push(bytes: Uint8Array): void {
    const part = Buffer.from(bytes.subarray(0, maxBytes - this.#size));
    this.#size += part.byteLength;
    if (part.byteLength > 0) this.#parts.push(part);
  }

  /** @returns the end, once; undefined if the cluster has said nothing since. */
  take(): { code: number | null; message: string } | undefined {
    if (this.#size === 0) return undefined;
    const text = Buffer.concat(this.#parts).toString('utf8');
    this.#parts = [];
    this.#size = 0;
    return readExit(text);
  }
}

/**
 * The end of a session as its error stream says it: since v4.channel.k8s.io a metav1.Status, before that a text.
 * `NonZeroExitCode` carries the code as a cause `ExitCode` (apimachinery/pkg/util/remotecommand).
 */
function readExit(text: string): { code: number | null; message: string } {
  const status = parse(text);
  if (status === undefined) return { code: null, message: readable(text) };
  if (field(status, 'status') === 'Success') return { code: 0, message: '' };
  const message = readable(String(field(status, 'message') ?? ''));
  if (field(status, 'reason') !== 'NonZeroExitCode') return { code: null, message };
  const causes: unknown = field(field(status, 'details'), 'causes');
  const cause = Array.isArray(causes) ? causes.find((one: unknown) => field(one, 'reason') === 'ExitCode') : undefined;
  const code = String(field(cause, 'message') ?? '');
  return { code: /^-?\d{1,10}$/.test(code) ? Number(code) : null, message };
}

function parse(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined;
}

/** Without control characters, and not too long. */
function readable(text: string): string {
  return text
    .slice(0, maxMessage)
    .replaceAll(/\p{Cc}+/gu, ' ')
    .trim();
}

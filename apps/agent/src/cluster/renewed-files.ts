import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';

/**
 * A value read from files that may be replaced while the agent runs, as Kubernetes does with a pod's authorities and
 * cert-manager with client certificates. While the new content is unreadable or invalid, as between the writing of a
 * certificate and of its key, the last valid value is kept.
 */
export class RenewedFiles<T> {
  readonly #paths: readonly string[];
  readonly #make: (contents: Buffer[]) => T;
  readonly #isGood: (value: T) => boolean;
  /** Identifies the state of the files without reading them. */
  #mark: string;
  #value: T;

  /**
   * @param make creates the value from the files' contents, in the order of the paths.
   * @param isGood whether a value is valid; called for every value but the first.
   * @throws errors of reading the files, the first time only.
   */
  constructor(paths: readonly string[], make: (contents: Buffer[]) => T, isGood: (value: T) => boolean) {
    this.#paths = paths;
    this.#make = make;
    this.#isGood = isGood;
    this.#mark = this.#look();
    this.#value = this.#read();
  }

  /** The current value. Cheap enough for each request, because it only checks the state of the files. */
  get(): T {
    try {
      const mark = this.#look();
      if (mark !== this.#mark) {
        const value = this.#read();
        if (this.#isGood(value)) {
          this.#mark = mark;
          this.#value = value;
        }
      }
    } catch {
      // The next call tries again.
    }
    return this.#value;
  }

  #look(): string {
    return this.#paths
      .map((path) => {
        const { ino, size, mtimeNs } = statSync(path, { bigint: true });
        return `${ino} ${size} ${mtimeNs}`;
      })
      .join('\n');
  }

  #read(): T {
    return this.#make(this.#paths.map((path) => readFileSync(path)));
  }
}

/** The authorities in a PEM file. @throws if it cannot be read. */
export function authoritiesIn(path: string): RenewedFiles<Buffer> {
  return new RenewedFiles([path], ([pem = Buffer.alloc(0)]) => pem, isCertificate);
}

/** Whether the text is PEM that begins with a certificate. */
export function isCertificate(pem: Buffer): boolean {
  try {
    return new X509Certificate(pem).subject !== undefined;
  } catch {
    return false;
  }
}

/** Whether a certificate and a private key, both PEM, belong together. */
export function belongTogether(cert: Buffer, key: Buffer): boolean {
  try {
    return new X509Certificate(cert).checkPrivateKey(createPrivateKey(key));
  } catch {
    return false;
  }
}

import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';

/**
 * What is read from files that may be replaced while the agent runs, as Kubernetes does with a pod's authorities and
 * cert-manager with client certificates. While the new content cannot be read or is not good, which is usual between the
 * writing of a certificate and of its key, the last good one stays.
 */
export class RenewedFiles<T> {
  readonly #paths: readonly string[];
  readonly #make: (contents: Buffer[]) => T;
  readonly #isGood: (value: T) => boolean;
  /** Tells one content of the files from another without reading them. */
  #mark: string;
  #value: T;

  /**
   * @param make the value of the files' contents, in the order of the paths.
   * @param isGood asked of every value but the first.
   * @throws what reading the files throws, the first time only.
   */
  constructor(paths: readonly string[], make: (contents: Buffer[]) => T, isGood: (value: T) => boolean) {
    this.#paths = paths;
    this.#make = make;
    this.#isGood = isGood;
    this.#mark = this.#look();
    this.#value = this.#read();
  }

  /** Cheap enough for each request: it looks at the files' state alone. */
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
      // Whoever asks next tries again.
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

/** The authorities in a file of PEM. @throws when it cannot be read. */
export function authoritiesIn(path: string): RenewedFiles<Buffer> {
  return new RenewedFiles([path], ([pem = Buffer.alloc(0)]) => pem, isCertificate);
}

/** Whether it is PEM that begins with a certificate. */
export function isCertificate(pem: Buffer): boolean {
  try {
    return new X509Certificate(pem).subject !== undefined;
  } catch {
    return false;
  }
}

/** Whether a certificate and a private key, both PEM, are a pair. */
export function belongTogether(cert: Buffer, key: Buffer): boolean {
  try {
    return new X509Certificate(cert).checkPrivateKey(createPrivateKey(key));
  } catch {
    return false;
  }
}

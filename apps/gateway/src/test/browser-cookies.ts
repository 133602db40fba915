import type { Reply } from './gateway-harness.ts';

/** The cookies that a browser keeps, as it sends them; `Path` is not observed. */
export class CookieJar {
  readonly #cookies = new Map<string, string>();

  keep({ headers }: Pick<Reply, 'headers'>): void {
    const set = headers['set-cookie'];
    for (const line of Array.isArray(set) ? set : []) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '') this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
  }

  toString(): string {
    return Array.from(this.#cookies, ([name, value]) => `${name}=${value}`).join('; ');
  }
}

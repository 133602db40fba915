import { parseUntrusted } from '@postern/tunnel';
import { z } from 'zod';
import { type Answer, ask } from '../upstream/ask.ts';
import type { Upstream } from '../upstream/upstream.ts';
import { UserError } from '../user-error.ts';
import { type Identity, type IdentityStore, parseIdentity } from './identity.ts';

/** The Secret that the install manifest creates without data, and that the agent may get and patch. */
const secretName = 'postern-agent-identity';
const key = 'identity.json';

const Secret = z.object({ data: z.record(z.string(), z.string()).nullish() });

/** Keeps the identity in a Secret of the agent's own namespace, using its own ServiceAccount. */
export class SecretStore implements IdentityStore {
  readonly place: string;
  readonly #upstream: Upstream;
  readonly #path: string;

  constructor(upstream: Upstream, namespace: string) {
    this.#upstream = upstream;
    this.#path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/secrets/${secretName}`;
    this.place = `Secret ${namespace}/${secretName}`;
  }

  async load(): Promise<Identity | null> {
    const answer = await ask(this.#upstream, { method: 'GET', path: this.#path });
    this.#expectOk(answer, 'read');
    const encoded = parseUntrusted(Secret, answer.json).data?.data?.[key];
    if (encoded === undefined || encoded === '') return null;
    const identity = parseIdentity(Buffer.from(encoded, 'base64').toString('utf8'));
    if (identity === null) {
      throw new UserError(
        `${this.place} does not hold an agent's identity. Delete it and apply the install manifest again.`,
      );
    }
    return identity;
  }

  async prepare(): Promise<void> {
    this.#expectOk(await this.#patch({}), 'written');
  }

  async save(identity: Identity): Promise<void> {
    const data = { [key]: Buffer.from(JSON.stringify(identity)).toString('base64') };
    this.#expectOk(await this.#patch({ data }), 'written');
  }

  #patch(body: object): Promise<Answer> {
    return ask(this.#upstream, {
      method: 'PATCH',
      path: this.#path,
      body,
      contentType: 'application/merge-patch+json',
    });
  }

  #expectOk(answer: Answer, done: string): void {
    if (answer.status < 300) return;
    throw new UserError(
      `${this.place} cannot be ${done} (${answer.message}). Apply the install manifest again: it grants what the agent needs.`,
    );
  }
}

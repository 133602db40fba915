import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { readBearerSecret } from './bearer-secret.ts';
import { accessCookie, readCookie } from './cookies.ts';
import type { Credentials } from './credentials.ts';
import type { Principal } from './principal.ts';
import { PrincipalCache } from './principal-cache.ts';
import { readBearer, type SignedKind, type SignedTokens } from './signed-tokens.ts';

/** How long a positive answer is believed. */
const cacheTtlMs = 5_000;
/** How long an answer about what is open is believed; asked every 4 s, so that a revocation is seen within 5. */
const stillValidMs = 900;

/** Tells who a request is from. One verifier for the REST API, the kube endpoint and socket.io. */
export class Authenticator {
  readonly #credentials: Credentials;
  readonly #signed: SignedTokens;
  readonly #known = new PrincipalCache({ max: 20_000, ttlMs: cacheTtlMs });
  readonly #open = new PrincipalCache({ max: 20_000, ttlMs: stillValidMs });

  constructor(credentials: Credentials, signed: SignedTokens) {
    this.#credentials = credentials;
    this.#signed = signed;
    credentials.onRevoked((userId) => {
      this.#known.forget(userId);
      this.#open.forget(userId);
    });
  }

  /**
   * The principal of a bearer (credential of the exec plugin, API token) or of the session cookie; null when there is none or
   * it is not valid. A bearer that is not valid is not mended by a cookie. Never reads the URL. Believes itself for 5 s.
   */
  async authenticate(headers: IncomingHttpHeaders): Promise<Principal | null> {
    const bearer = readBearer(headers);
    if (bearer === undefined) return null;
    const text = bearer ?? readCookie(headers.cookie, accessCookie);
    if (text === null || text === '') return null;
    const from = bearer === null ? 'cookie' : 'bearer';
    const key = createHash('sha256').update(`${from} ${text}`).digest('base64');
    const principal = await this.#known.get(key, () =>
      from === 'cookie' ? this.#ofSigned('browser', text) : this.#ofBearer(text),
    );
    return principal !== null && principal.credential.expiresAt.getTime() > Date.now() ? principal : null;
  }

  /**
   * Whether what a principal showed still holds, and every membership it had then still stands as it was. For what is open:
   * a browser's session outlives the ten minutes of its cookie, and a stream of kubectl the credential it began with.
   */
  async stillValid(principal: Principal): Promise<boolean> {
    const { kind, id } = principal.credential;
    const now = await this.#open.get(`${kind} ${id}`, () => this.#credentials.find(principal.credential));
    if (now === null || now.userId !== principal.userId) return false;
    return principal.memberships.every(({ organizationId, role }) =>
      now.memberships.some((other) => other.organizationId === organizationId && other.role === role),
    );
  }

  async #ofBearer(text: string): Promise<Principal | null> {
    if (!text.startsWith('postern_')) return this.#ofSigned('access', text);
    const ofKubeconfig = readBearerSecret('postern_kube', text);
    const secret = ofKubeconfig ?? readBearerSecret('postern', text);
    if (secret === null) return null;
    const principal = await this.#credentials.ofToken(secret);
    // Requests were routed by the prefix, so no other token may wear it.
    return ofKubeconfig !== null && principal?.credential.kind !== 'kubeconfig' ? null : principal;
  }

  async #ofSigned(kind: SignedKind, text: string): Promise<Principal | null> {
    const claims = await this.#signed.verify(kind, text);
    if (claims === null) return null;
    const expiresAt = new Date(claims.exp * 1_000);
    const principal = await this.#credentials.find({ kind, id: claims.sid, clusterId: claims.cluster, expiresAt });
    return principal?.userId === claims.sub ? principal : null;
  }
}

import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { readBearerSecret } from './bearer-secret.ts';
import { accessCookie, readCookie } from './cookies.ts';
import type { Credentials } from './credentials.ts';
import type { Principal } from './principal.ts';
import { PrincipalCache } from './principal-cache.ts';
import { readBearer, type SignedKind, type SignedTokens } from './signed-tokens.ts';

/** How long an authenticated principal is cached, in milliseconds. */
const cacheTtlMs = 5_000;
/** How long results of `stillValid` are cached, in milliseconds; called every 4 s, so that revocation takes effect within 5 s. */
const stillValidMs = 900;

/** Authenticates requests. The only verifier, used by the REST API, the kube endpoint and socket.io. */
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
   * The principal of a bearer token (credential of the exec plugin, API token) or of the session cookie; null if there is none
   * or it is invalid. If a bearer token is invalid, the cookie is ignored. Never reads the URL. Results are cached for 5 s.
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
   * Whether a principal's credential is still valid, its address is the same (clusters know people by it), and its memberships are
   * unchanged. For everything that stays open: a
   * browser session outlives its ten-minute cookie, and a kubectl stream outlives the credential with which it began.
   */
  async stillValid(principal: Principal): Promise<boolean> {
    const { kind, id } = principal.credential;
    const now = await this.#open.get(`${kind} ${id}`, () => this.#credentials.find(principal.credential));
    if (now === null || now.userId !== principal.userId || now.username !== principal.username) return false;
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
    // Requests were routed by the prefix, so no other kind of token may have it.
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

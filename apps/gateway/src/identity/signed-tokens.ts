import type { IncomingHttpHeaders } from 'node:http';
import { JwtService } from '@nestjs/jwt';
import { Strategy, type VerifiedCallback } from 'passport-jwt';
import { z } from 'zod';
import type { Keys } from './keys.ts';

/** The cookie of a browser, and the credential of the exec plugin for one cluster. Neither is taken for the other. */
export type SignedKind = 'browser' | 'access';

/** Seconds that each kind lives. */
export const signedSeconds: Record<SignedKind, number> = { browser: 600, access: 900 };

const Claims = z.object({
  /** The user. */
  sub: z.uuid(),
  /** What it was made from: the browser's session or the API token; it holds no longer than that. */
  sid: z.uuid(),
  /** The only cluster it opens. */
  cluster: z.uuid().nullable(),
  exp: z.number().int(),
});
export type Claims = z.infer<typeof Claims>;

/** Makes and checks our JSON Web Tokens: one algorithm, one key, an audience for each kind. */
export class SignedTokens {
  readonly #signer: JwtService;
  readonly #strategies: Record<SignedKind, Strategy>;
  readonly #issuer: string;

  /** @param issuer the public origin. */
  constructor(keys: Keys, issuer: string) {
    this.#issuer = issuer;
    this.#signer = new JwtService({ secret: keys.tokens });
    const strategy = (kind: SignedKind): Strategy =>
      new Strategy(
        {
          // The authenticator has taken it from its place already: a header or a cookie, never the URL.
          jwtFromRequest: (request: unknown) => (request as { token: string }).token,
          secretOrKey: keys.tokens,
          algorithms: ['HS256'],
          issuer,
          audience: audienceOf(kind),
        },
        (payload: unknown, done: VerifiedCallback) => {
          const claims = Claims.safeParse(payload);
          done(null, claims.success ? claims.data : false);
        },
      );
    this.#strategies = { browser: strategy('browser'), access: strategy('access') };
  }

  sign(kind: SignedKind, claims: Omit<Claims, 'exp'>): { token: string; expiresAt: Date } {
    const exp = Math.floor(Date.now() / 1_000) + signedSeconds[kind];
    const token = this.#signer.sign(
      { ...claims, exp },
      { algorithm: 'HS256', issuer: this.#issuer, audience: audienceOf(kind) },
    );
    return { token, expiresAt: new Date(exp * 1_000) };
  }

  /** The claims of a token that we signed for this use and that has not expired; null otherwise. */
  verify(kind: SignedKind, token: string): Promise<Claims | null> {
    // What Passport itself does for each request: a copy of the strategy with the ways out attached.
    return new Promise((resolve, reject) => {
      const attempt: Strategy = Object.create(this.#strategies[kind]);
      attempt.success = (claims: unknown) => resolve(claims as Claims);
      attempt.fail = () => resolve(null);
      attempt.error = reject;
      attempt.authenticate({ token } as never);
    });
  }
}

/** What the `aud` of each kind says. */
export function audienceOf<K extends SignedKind>(kind: K): `postern-${K}` {
  return `postern-${kind}`;
}

/** The bearer of an `Authorization` header: null when there is none, undefined when there is something else. */
export function readBearer(headers: IncomingHttpHeaders): string | null | undefined {
  const { authorization } = headers;
  if (authorization === undefined) return null;
  return /^Bearer +([\w.~+/=-]{1,4096})$/i.exec(authorization)?.[1];
}

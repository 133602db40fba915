import type { IncomingHttpHeaders } from 'node:http';
import { JwtService } from '@nestjs/jwt';
import { Strategy, type VerifiedCallback } from 'passport-jwt';
import { z } from 'zod';
import type { Keys } from './keys.ts';

/** The cookie of a browser, and the credential of the exec plugin for one cluster. Neither is accepted as the other. */
export type SignedKind = 'browser' | 'access';

/** Lifetime of each kind, in seconds. */
export const signedSeconds: Record<SignedKind, number> = { browser: 600, access: 900 };

const Claims = z.object({
  /** Id of the user. */
  sub: z.uuid(),
  /** Id of the browser session or API token that it was made from; it is not valid for longer than that. */
  sid: z.uuid(),
  /** The only cluster that it opens. */
  cluster: z.uuid().nullable(),
  exp: z.number().int(),
});
export type Claims = z.infer<typeof Claims>;

/** Creates and verifies our JSON Web Tokens: one algorithm, one key, one audience per kind. */
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
          // The authenticator has already extracted it from a header or a cookie, never from the URL.
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

  /** The claims of an unexpired token that we signed for this use; null for any other. */
  verify(kind: SignedKind, token: string): Promise<Claims | null> {
    // As Passport does for each request: a copy of the strategy with its outcome methods attached.
    return new Promise((resolve, reject) => {
      const attempt: Strategy = Object.create(this.#strategies[kind]);
      attempt.success = (claims: unknown) => resolve(claims as Claims);
      attempt.fail = () => resolve(null);
      attempt.error = reject;
      attempt.authenticate({ token } as never);
    });
  }
}

/** The `aud` of each kind. */
export function audienceOf<K extends SignedKind>(kind: K): `postern-${K}` {
  return `postern-${kind}`;
}

/** The bearer token of an `Authorization` header; null if there is no header, undefined if it is not a bearer token. */
export function readBearer(headers: IncomingHttpHeaders): string | null | undefined {
  const { authorization } = headers;
  if (authorization === undefined) return null;
  return /^Bearer +([\w.~+/=-]{1,4096})$/i.exec(authorization)?.[1];
}

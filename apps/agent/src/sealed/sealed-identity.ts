import { createHash } from 'node:crypto';
import {
  checkIdentity,
  type HeaderPairs,
  type IdentityRules,
  type ImpersonatedIdentity,
  isAllowedGroup,
} from '@postern/kube';
import { calculateJwkThumbprint, EmbeddedJWK, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { ReplayCache } from './replay-cache.ts';

/** What the agent's operator pins. Nothing of it comes from the gateway. */
export interface Seal {
  clusterId: string;
  issuer: string;
  audience: string;
  /** The token's claims with the person's name and groups. */
  userClaim: string;
  groupsClaim: string;
}

/** The part of a request that a proof covers, and the headers that carry token and proof. */
export interface SealedRequest {
  method: string;
  /** With the query, exactly as received. */
  path: string;
  headers: HeaderPairs;
}

export type Identified =
  | { refused: string; identity?: never }
  | { refused?: never; identity: ImpersonatedIdentity; headers: HeaderPairs };

const tokenHeader = 'postern-token';
const proofHeader = 'postern-proof';

/** A proof counts this long after it was made, and this long before by our clock, in seconds. */
const proofSeconds = 60;
const aheadSeconds = 10;
const longestToken = 16 * 1024;
const longestProof = 4 * 1024;
const longestProofId = 128;

/** The `htu` of a proof for a request to a cluster. RFC 9449 leaves out the query; here it is part of what is asked. */
export const proofTarget = (clusterId: string, path: string): string => `postern://${clusterId}${path}`;

class Refusal extends Error {}

/** Finds out who sends a request from what only the person's provider and device can sign (ADR 21). */
export class SealedIdentity {
  readonly #seal: Seal;
  readonly #keys: JWTVerifyGetKey;
  readonly #rules: IdentityRules;
  readonly #now: () => number;
  readonly #used: ReplayCache;
  readonly #startedAt: number;

  /** @param now seconds since 1970. */
  constructor(
    seal: Seal,
    options: { keys: JWTVerifyGetKey; rules: IdentityRules; now?: () => number; used?: ReplayCache },
  ) {
    this.#seal = seal;
    this.#keys = options.keys;
    this.#rules = options.rules;
    this.#now = options.now ?? (() => Math.floor(Date.now() / 1000));
    this.#used = options.used ?? new ReplayCache();
    this.#startedAt = this.#now();
  }

  /** Never rejects: whatever cannot be verified is refused, also if the provider's keys cannot be fetched. */
  async identify(request: SealedRequest): Promise<Identified> {
    try {
      const token = only(request.headers, tokenHeader, longestToken);
      const proof = only(request.headers, proofHeader, longestProof);
      const claims = await this.#verifyToken(token);
      const identity = this.#identityOf(claims);
      await this.#verifyProof(proof, { token, claims, request });
      const headers = request.headers.filter(([name]) => !isCredential(name));
      return { identity, headers };
    } catch (error) {
      if (error instanceof Refusal) return { refused: `this cluster is sealed: ${error.message}` };
      // The codes of jose say what is wrong (ERR_JWT_EXPIRED) and contain nothing of the token.
      const reason = error instanceof errors.JOSEError ? error.code : 'the keys of the provider could not be used';
      return { refused: `this cluster is sealed, and the token or its proof is not valid: ${reason}` };
    }
  }

  async #verifyToken(token: string): Promise<JWTPayload> {
    const { issuer, audience } = this.#seal;
    const { payload, protectedHeader } = await jwtVerify(token, this.#keys, {
      issuer,
      audience,
      algorithms: ['RS256', 'ES256', 'EdDSA', 'Ed25519'],
      requiredClaims: ['exp', 'iat', 'sub'],
      clockTolerance: aheadSeconds,
      maxTokenAge: '24h',
      currentDate: new Date(this.#now() * 1000),
    });
    const { typ } = protectedHeader;
    // Providers sign other things with the same keys, such as logout tokens.
    if (typ !== undefined && !/^(?:jwt|at\+jwt)$/i.test(typ)) throw new Refusal('the token is of another type');
    const { aud, azp } = payload;
    const isForUsOnly = Array.isArray(aud) && aud.length > 1 ? azp === audience : azp === undefined || azp === audience;
    if (!isForUsOnly) throw new Refusal('the token was issued to another client');
    return payload;
  }

  #identityOf(claims: JWTPayload): ImpersonatedIdentity {
    const { userClaim, groupsClaim } = this.#seal;
    const name = Object.hasOwn(claims, userClaim) ? claims[userClaim] : undefined;
    // A colon would let a person be read as a service account.
    if (typeof name !== 'string' || name === '' || name.includes(':')) throw new Refusal('the token names no person');
    const isUnverified = 'email_verified' in claims && claims['email_verified'] !== true;
    if (userClaim === 'email' && isUnverified) throw new Refusal('the e-mail address is not verified');
    const listed = Object.hasOwn(claims, groupsClaim) ? claims[groupsClaim] : [];
    if (!Array.isArray(listed)) throw new Refusal('the groups of the token are not a list');
    const names = listed.filter((group): group is string => typeof group === 'string');
    const groups = [...new Set(names.map((group) => `postern:team:${group}`))].filter((group) =>
      isAllowedGroup(this.#rules.groups, group),
    );
    if (groups.length === 0) throw new Refusal("none of the person's groups is allowed by the agent");
    const identity = { user: `postern:${name}`, groups };
    const problem = checkIdentity(identity, this.#rules);
    if (problem !== undefined) throw new Refusal(problem);
    return identity;
  }

  async #verifyProof(
    proof: string,
    { token, claims, request }: { token: string; claims: JWTPayload; request: SealedRequest },
  ): Promise<void> {
    const now = this.#now();
    const { payload, protectedHeader } = await jwtVerify(proof, EmbeddedJWK, {
      typ: 'dpop+jwt',
      algorithms: ['ES256'],
      requiredClaims: ['iat', 'jti', 'htm', 'htu', 'ath'],
      clockTolerance: aheadSeconds,
      currentDate: new Date(now * 1000),
    });
    const { iat, jti, htm, htu, ath } = payload;
    if (protectedHeader.jwk === undefined || typeof iat !== 'number' || typeof jti !== 'string') {
      throw new Refusal('the proof is incomplete');
    }
    if (jti === '' || jti.length > longestProofId) throw new Refusal('the id of the proof is not usable');
    const thumbprint = await calculateJwkThumbprint(protectedHeader.jwk, 'sha256');
    if (boundKey(claims) !== thumbprint) throw new Refusal('the token belongs to the key of another device');
    if (htm !== request.method) throw new Refusal('the proof is for another method');
    if (htu !== proofTarget(this.#seal.clusterId, request.path)) throw new Refusal('the proof is for another request');
    if (ath !== createHash('sha256').update(token).digest('base64url')) {
      throw new Refusal('the proof is for another token');
    }
    if (iat > now + aheadSeconds || iat < now - proofSeconds)
      throw new Refusal('the proof is too old or not yet valid');
    // What was used before a restart is forgotten, so nothing made before it counts.
    if (iat < this.#startedAt) throw new Refusal('the proof was made before the agent started');
    // Last, and without waiting in between: only a proof that is right in everything takes up room.
    if (!this.#used.use(`${thumbprint}.${jti}`, { now, until: iat + proofSeconds })) {
      throw new Refusal('the proof was used before, or too many are in use');
    }
  }
}

/** The thumbprint of the key that a token is bound to: by RFC 9449 if the provider supports it, otherwise by its nonce. */
function boundKey({ cnf, nonce }: JWTPayload): unknown {
  if (cnf === undefined) return nonce;
  return typeof cnf === 'object' && cnf !== null && 'jkt' in cnf ? cnf.jkt : undefined;
}

const isCredential = (name: string): boolean => [tokenHeader, proofHeader].includes(name.toLowerCase());

function only(headers: HeaderPairs, wanted: string, longest: number): string {
  const values = headers.filter(([name]) => name.toLowerCase() === wanted).map(([, value]) => value);
  const [value] = values;
  if (value === undefined) throw new Refusal('it needs a token of the provider and a proof by the device');
  if (values.length > 1 || value.length > longest) throw new Refusal(`the header ${wanted} is repeated or too long`);
  return value;
}

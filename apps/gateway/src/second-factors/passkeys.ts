import type { CreatePasskeyRequest, Passkey, PasskeyAssertion } from '@postern/contracts';
import { type Database, isDuplicate } from '../database/database.ts';
import type { PasskeyModel } from '../generated/prisma/models.ts';
import { ApiError, limitReached } from '../http/api-error.ts';
import type { Challenges } from './challenges.ts';

/** Loaded when first needed: it takes 20 MiB, and where nobody has a passkey it is never used. */
const webAuthn = () => import('@simplewebauthn/server');

/** Passkeys of one person. */
const mostPasskeys = 20;
/** EdDSA, ES256 and RS256 (IANA, COSE Algorithms): between them every authenticator has one. */
const algorithms = [-8, -7, -257];

/** A passkey's signature over a challenge. */
export interface SignedChallenge {
  assertion: PasskeyAssertion;
  challenge: Uint8Array;
}

/**
 * Passkeys (WebAuthn Level 3). The relying party is the host of the public URL, and only pages of exactly that origin may ask
 * for signatures.
 */
export class Passkeys {
  readonly #database: Database;
  readonly #challenges: Challenges;
  readonly #origin: string;
  readonly #host: string;

  constructor(database: Database, challenges: Challenges, { publicOrigin }: { publicOrigin: string }) {
    this.#database = database;
    this.#challenges = challenges;
    this.#origin = publicOrigin;
    this.#host = new URL(publicOrigin).hostname;
  }

  async list(userId: string): Promise<Passkey[]> {
    const rows = await this.#passkeys.findMany({ where: { userId }, orderBy: { id: 'asc' } });
    return rows.map(view);
  }

  /** What an authenticator needs to make a passkey. @throws {ApiError} `limit-reached`. */
  async creationOptions({ userId, email }: { userId: string; email: string }) {
    const known = await this.#passkeys.findMany({ where: { userId } });
    refuseTooMany(known.length);
    const { passkeyChallenge } = await this.#challenges.forUser('passkeyRegistration', userId);
    const { generateRegistrationOptions } = await webAuthn();
    return generateRegistrationOptions({
      rpName: 'Postern',
      rpID: this.#host,
      userID: Buffer.from(userId),
      userName: email,
      userDisplayName: email,
      challenge: passkeyChallenge,
      attestationType: 'none',
      excludeCredentials: known.map(descriptor),
      supportedAlgorithmIDs: algorithms,
      authenticatorSelection: { residentKey: 'preferred', userVerification: 'preferred' },
    });
  }

  /** Adds a passkey. @throws {ApiError} `invalid-request`: nothing that we asked to be signed; `conflict`, `limit-reached`. */
  async add(userId: string, { name, attestation }: CreatePasskeyRequest): Promise<Passkey> {
    const { transports, ...response } = attestation.response;
    const { verifyRegistrationResponse } = await webAuthn();
    const verified = await verifyRegistrationResponse({
      response: {
        ...attestation,
        response: { ...response, ...(transports === undefined ? {} : { transports }) },
        clientExtensionResults: {},
      },
      expectedChallenge: (signed) => this.#challenges.useSigned('passkeyRegistration', userId, signed),
      expectedOrigin: this.#origin,
      expectedRPID: this.#host,
      supportedAlgorithmIDs: algorithms,
      requireUserVerification: false,
    }).catch(() => null);
    if (!verified?.verified)
      throw new ApiError('invalid-request', 'The authenticator’s answer was not valid, or came too late. Try again.');
    const { credential } = verified.registrationInfo;
    refuseTooMany(await this.#passkeys.count({ where: { userId } }));
    try {
      const row = await this.#passkeys.create({
        data: {
          userId,
          name,
          credentialId: Buffer.from(credential.id, 'base64url'),
          publicKey: credential.publicKey,
          counter: BigInt(credential.counter),
          transports: transports ?? [],
        },
      });
      return view(row);
    } catch (error) {
      if (isDuplicate(error)) throw new ApiError('conflict', 'This passkey has been added already.');
      throw error;
    }
  }

  /** Null if the person has no such passkey. */
  async rename(userId: string, id: string, name: string): Promise<Passkey | null> {
    const [row] = await this.#passkeys.updateManyAndReturn({ where: { id, userId }, data: { name } });
    return row === undefined ? null : view(row);
  }

  /** False if the person has no such passkey. */
  async remove(userId: string, id: string): Promise<boolean> {
    return (await this.#passkeys.deleteMany({ where: { id, userId } })).count === 1;
  }

  /** What a passkey must sign. @param userId null: any passkey that the authenticator can find by itself, with its own check. */
  async requestOptions(challenge: Uint8Array, userId: string | null) {
    const known = userId === null ? [] : await this.#passkeys.findMany({ where: { userId } });
    const { generateAuthenticationOptions } = await webAuthn();
    return generateAuthenticationOptions({
      rpID: this.#host,
      challenge: Uint8Array.from(challenge),
      allowCredentials: known.map(descriptor),
      userVerification: userId === null ? 'required' : 'preferred',
    });
  }

  /**
   * Whose passkey signed the challenge; null for any other signature.
   * @param isAlone whether the passkey is the only factor: then the authenticator must have verified its user, by a PIN or a finger.
   */
  async holderOf({ assertion, challenge }: SignedChallenge, { isAlone }: { isAlone: boolean }): Promise<string | null> {
    const passkey = await this.#find(assertion.id);
    if (passkey === null) return null;
    const { verifyAuthenticationResponse } = await webAuthn();
    const { userHandle, ...signed } = assertion.response;
    if (userHandle !== undefined && Buffer.from(userHandle, 'base64url').toString() !== passkey.userId) return null;
    const answer = await verifyAuthenticationResponse({
      response: { ...assertion, response: signed, clientExtensionResults: {} },
      expectedChallenge: Buffer.from(challenge).toString('base64url'),
      expectedOrigin: this.#origin,
      expectedRPID: this.#host,
      credential: { id: assertion.id, publicKey: passkey.publicKey, counter: Number(passkey.counter) },
      requireUserVerification: isAlone,
    }).catch(() => null);
    if (answer?.verified !== true) return null;
    const { id, userId } = passkey;
    const counter = BigInt(answer.authenticationInfo.newCounter);
    await this.#passkeys.updateMany({ where: { id, userId }, data: { counter, lastUsedAt: new Date() } });
    return userId;
  }

  /** Whose passkey has this id, whether or not they are here. @param id base64url. */
  async ownerOf(id: string): Promise<string | null> {
    return (await this.#find(id))?.userId ?? null;
  }

  #find(id: string) {
    return this.#passkeys.findUnique({ where: { credentialId: Buffer.from(id, 'base64url') } });
  }

  get #passkeys() {
    return this.#database.acrossOrganizations.passkey;
  }
}

function refuseTooMany(count: number): void {
  if (count >= mostPasskeys) throw limitReached(`You have ${count} passkeys. Remove one that you no longer use.`);
}

function descriptor({ credentialId, transports }: PasskeyModel) {
  return { id: Buffer.from(credentialId).toString('base64url'), transports };
}

function view({ id, name, createdAt, lastUsedAt }: PasskeyModel): Passkey {
  return { id, name, createdAt: createdAt.toISOString(), lastUsedAt: lastUsedAt?.toISOString() ?? null };
}

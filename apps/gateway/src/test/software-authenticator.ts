import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

interface CreationOptions {
  challenge: string;
  rp: { id: string };
  user: { id: string };
  excludeCredentials?: { id: string }[];
}

interface RequestOptions {
  challenge: string;
  rpId: string;
  allowCredentials?: { id: string }[];
}

/** What a test may forge. */
export interface Forgery {
  origin?: string;
  type?: string;
  challenge?: string;
  rpId?: string;
  /** Whether the authenticator verified its user (PIN, finger); default true. */
  userVerified?: boolean;
  counter?: number;
  signature?: string;
  userHandle?: string;
}

const userPresent = 0x01;
const userVerifiedFlag = 0x04;
const attestedData = 0x40;

/** A passkey in software (WebAuthn Level 3): ES256, no attestation, discoverable. */
export class SoftwareAuthenticator {
  readonly #origin: string;
  readonly #id = randomBytes(32);
  readonly #privateKey: KeyObject;
  readonly #publicKey: KeyObject;
  #counter = 0;
  #userHandle = '';

  constructor(origin: string) {
    this.#origin = origin;
    ({ privateKey: this.#privateKey, publicKey: this.#publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' }));
  }

  get id(): string {
    return this.#id.toString('base64url');
  }

  /** `navigator.credentials.create()`, as JSON. */
  create(options: CreationOptions, forgery: Forgery = {}) {
    this.#userHandle = options.user.id;
    const length = Buffer.alloc(2);
    length.writeUInt16BE(this.#id.byteLength);
    const credential = Buffer.concat([Buffer.alloc(16), length, this.#id, this.#coseKey()]);
    const data = this.#authenticatorData(options.rp.id, attestedData, forgery);
    const attestation = cbor({ fmt: 'none', attStmt: {}, authData: Buffer.concat([data, credential]) });
    return {
      id: this.id,
      rawId: this.id,
      type: 'public-key',
      response: {
        clientDataJSON: this.#clientData('webauthn.create', options.challenge, forgery).toString('base64url'),
        attestationObject: attestation.toString('base64url'),
        transports: ['internal'],
      },
    };
  }

  /** `navigator.credentials.get()`, as JSON. */
  get(options: RequestOptions, forgery: Forgery = {}) {
    const clientData = this.#clientData('webauthn.get', options.challenge, forgery);
    const data = this.#authenticatorData(options.rpId, 0, forgery);
    const signed = Buffer.concat([data, createHash('sha256').update(clientData).digest()]);
    return {
      id: this.id,
      rawId: this.id,
      type: 'public-key',
      response: {
        clientDataJSON: clientData.toString('base64url'),
        authenticatorData: data.toString('base64url'),
        signature: forgery.signature ?? sign('sha256', signed, this.#privateKey).toString('base64url'),
        userHandle: forgery.userHandle ?? this.#userHandle,
      },
    };
  }

  #clientData(type: string, challenge: string, forgery: Forgery): Buffer {
    const { origin = this.#origin } = forgery;
    const said = { type: forgery.type ?? type, challenge: forgery.challenge ?? challenge, origin, crossOrigin: false };
    return Buffer.from(JSON.stringify(said));
  }

  #authenticatorData(rpId: string, flags: number, { userVerified = true, counter, ...forgery }: Forgery): Buffer {
    this.#counter += 1;
    const count = Buffer.alloc(4);
    count.writeUInt32BE(counter ?? this.#counter);
    const hash = createHash('sha256')
      .update(forgery.rpId ?? rpId)
      .digest();
    return Buffer.concat([hash, Buffer.of(flags | userPresent | (userVerified ? userVerifiedFlag : 0)), count]);
  }

  /** COSE_Key (RFC 9053, 7.1.1): EC2, ES256, P-256. */
  #coseKey(): Buffer {
    const { x = '', y = '' } = this.#publicKey.export({ format: 'jwk' });
    const point = (text: string) => cbor(Buffer.from(text, 'base64url'));
    return Buffer.concat([Buffer.from('a5010203262001', 'hex'), Buffer.of(0x21), point(x), Buffer.of(0x22), point(y)]);
  }
}

/** The few forms of CBOR (RFC 8949) that an attestation needs. */
function cbor(value: string | Buffer | Record<string, unknown>): Buffer {
  if (typeof value === 'string') return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (Buffer.isBuffer(value)) return Buffer.concat([head(2, value.byteLength), value]);
  const entries = Object.entries(value);
  const parts = entries.flatMap(([key, inner]) => [cbor(key), cbor(inner as string)]);
  return Buffer.concat([head(5, entries.length), ...parts]);
}

function head(major: number, length: number): Buffer {
  if (length < 24) return Buffer.of((major << 5) | length);
  return length < 256 ? Buffer.of((major << 5) | 24, length) : Buffer.of((major << 5) | 25, length >> 8, length & 255);
}

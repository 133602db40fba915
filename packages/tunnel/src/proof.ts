import { generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';

/** The WebSocket subprotocol, and the domain of the agent's signature. */
export const subprotocol = 'postern.tunnel.v1';
/** The protocol version that this build speaks. */
export const protocolVersion = 1;

/** The fields that an agent signs with its key at every connection. */
export interface ProofFields {
  gateway: string;
  nonce: Uint8Array;
  agentId: string;
  clusterId: string;
  instance: string;
  slot: number;
}

/** Generates an agent's key pair: Ed25519, the public key as SPKI PEM, the private key as PKCS#8 PEM. */
export function generateAgentKey(): { publicKeyPem: string; privateKeyPem: string } {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519', {
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  return { publicKeyPem: publicKey, privateKeyPem: privateKey };
}

/** Signs the fields. @throws TypeError for a key that is not Ed25519. */
export function signProof(fields: ProofFields, privateKey: KeyObject): Buffer {
  if (privateKey.asymmetricKeyType !== 'ed25519') throw new TypeError('the agent key must be an Ed25519 key');
  return sign(null, signedBytes(fields), privateKey);
}

/** Verifies a signature. @returns false for a wrong key, a key of another type, or changed fields. */
export function verifyProof(fields: ProofFields, publicKey: KeyObject, signature: Uint8Array): boolean {
  if (publicKey.asymmetricKeyType !== 'ed25519') return false;
  return verify(null, signedBytes(fields), publicKey, signature);
}

/** Every field preceded by its length, so that no two sets of fields give the same bytes. */
function signedBytes(fields: ProofFields): Buffer {
  const parts: Buffer[] = [];
  const add = (bytes: Uint8Array): void => {
    const length = Buffer.allocUnsafe(4);
    length.writeUInt32BE(bytes.length);
    parts.push(length, Buffer.from(bytes));
  };
  add(Buffer.from(subprotocol));
  add(Buffer.from(fields.gateway));
  add(fields.nonce);
  add(Buffer.from(fields.agentId));
  add(Buffer.from(fields.clusterId));
  add(Buffer.from(fields.instance));
  add(Buffer.from(String(fields.slot)));
  // The field `resume`: empty until sessions can be resumed.
  add(Buffer.alloc(0));
  return Buffer.concat(parts);
}

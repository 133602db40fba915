import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { generateAgentKey, type ProofFields, signProof, verifyProof } from './proof.ts';

const pem = generateAgentKey();
const publicKey = createPublicKey(pem.publicKeyPem);
const privateKey = createPrivateKey(pem.privateKeyPem);
const fields: ProofFields = {
  gateway: 'gateway',
  nonce: Buffer.alloc(32, 1),
  agentId: 'agent',
  clusterId: 'cluster',
  instance: 'pod',
  slot: 0,
};

/** What is signed for `fields` (docs/protocol.md): each field preceded by its length; the last one is empty. */
const signedBytes = Buffer.concat(
  ['postern.tunnel.v1', 'gateway', Buffer.alloc(32, 1), 'agent', 'cluster', 'pod', '0', ''].flatMap((field) => {
    const bytes = Buffer.from(field);
    return [Buffer.from([0, 0, 0, bytes.length]), bytes];
  }),
);

describe('the proof', () => {
  it('is a signature of the bytes that the protocol names', () => {
    expect(verify(null, signedBytes, publicKey, signProof(fields, privateKey))).toBe(true);
    expect(verifyProof(fields, publicKey, sign(null, signedBytes, privateKey))).toBe(true);
  });

  it('is not valid with a key of another kind that signed the same bytes', () => {
    const other = generateKeyPairSync('ed448');
    expect(verifyProof(fields, other.publicKey, sign(null, signedBytes, other.privateKey))).toBe(false);
  });

  it('is valid for the signed fields', () => {
    expect(verifyProof(fields, publicKey, signProof(fields, privateKey))).toBe(true);
  });

  it.each<Partial<ProofFields>>([
    { gateway: 'other' },
    { nonce: Buffer.alloc(32, 2) },
    { agentId: 'agent2' },
    { clusterId: 'other' },
    { instance: 'pod2' },
    { slot: 1 },
    // The same bytes, split differently.
    { agentId: 'agentc', clusterId: 'luster' },
    { clusterId: 'clusterp', instance: 'od' },
  ])('is not valid for %j', (change) => {
    expect(verifyProof({ ...fields, ...change }, publicKey, signProof(fields, privateKey))).toBe(false);
  });

  it('is not valid with another key, a changed signature or another kind of key', () => {
    const signature = signProof(fields, privateKey);
    expect(verifyProof(fields, createPublicKey(generateAgentKey().publicKeyPem), signature)).toBe(false);
    for (const at of [0, 31, 63]) {
      const changed = Buffer.from(signature);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(verifyProof(fields, publicKey, changed)).toBe(false);
    }
    expect(verifyProof(fields, publicKey, Buffer.alloc(64))).toBe(false);
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
    expect(verifyProof(fields, rsa.publicKey, signature)).toBe(false);
    expect(() => signProof(fields, rsa.privateKey)).toThrow('Ed25519');
  });
});

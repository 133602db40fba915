const bytes = 'AAAA';

/** A passkey's answers of the right form, signed by nobody. */
export const assertion = () => ({
  id: bytes,
  rawId: bytes,
  type: 'public-key',
  response: { clientDataJSON: bytes, authenticatorData: bytes, signature: bytes, userHandle: bytes },
});

export const attestation = () => ({
  id: bytes,
  rawId: bytes,
  type: 'public-key',
  response: { clientDataJSON: bytes, attestationObject: bytes },
});

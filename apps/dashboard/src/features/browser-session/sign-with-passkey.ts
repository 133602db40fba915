import type { PasskeyAssertion } from '@postern/contracts';

/**
 * Asks the browser for a passkey's signature. @param options as the gateway gave them.
 * @throws Error with a sentence for people: nothing was chosen, it took too long, or the browser cannot do it.
 */
export async function signWithPasskey(options: object): Promise<PasskeyAssertion> {
  if (typeof PublicKeyCredential === 'undefined' || PublicKeyCredential.parseRequestOptionsFromJSON === undefined)
    throw new Error('This browser cannot use passkeys. Choose another way, or update the browser.');
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options as PublicKeyCredentialRequestOptionsJSON);
  const credential = await navigator.credentials.get({ publicKey }).catch(() => null);
  if (!(credential instanceof PublicKeyCredential))
    throw new Error('No passkey was used. Try again, or choose another way.');
  const { id, rawId, type, response } = credential.toJSON() as PasskeyAssertion;
  const { clientDataJSON, authenticatorData, signature, userHandle } = response;
  return {
    id,
    rawId,
    type,
    response: { clientDataJSON, authenticatorData, signature, ...(userHandle && { userHandle }) },
  };
}

import { createHmac } from 'node:crypto';

/** A webhook's signing key: derived from its id, so that no row holds it. */
export function signingKey(gatewayKey: Buffer, webhookId: string): Buffer {
  return createHmac('sha256', gatewayKey).update(webhookId).digest();
}

/** The key as people copy it. */
export function keyText(key: Buffer): string {
  return `whsec_${key.toString('base64')}`;
}

/**
 * The headers that prove where a delivery comes from and when it was sent (standardwebhooks.com, version 1).
 * @param id the same when the delivery is repeated.
 */
export function signedHeaders(
  key: Buffer,
  { id, at, body }: { id: string; at: Date; body: string },
): Record<string, string> {
  const timestamp = String(Math.floor(at.getTime() / 1_000));
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
}

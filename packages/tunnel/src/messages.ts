import { z } from 'zod';

/** Size limit of the three handshake messages, JSON in text messages. */
export const maxHandshakeBytes = 4096;
/** From the opening of the WebSocket to WELCOME. */
export const handshakeTimeoutMs = 5000;
export const nonceBytes = 32;
const signatureBytes = 64;

const name = z.string().regex(/^[!-~]{1,128}$/, 'not 1 to 128 printable ASCII characters');

function base64(length: number) {
  return z
    .string()
    .regex(/^[A-Za-z0-9+/]+={0,2}$/, 'not base64')
    .transform((value) => Buffer.from(value, 'base64'))
    .refine((bytes) => bytes.length === length, `not ${length} bytes`);
}

const challenge = z.object({
  type: z.literal('challenge'),
  gateway: z.string().min(1).max(256),
  nonce: base64(nonceBytes),
  /** The gateway's clock, milliseconds since 1970, so that a clock difference can be reported. */
  time: z.number(),
  versions: z.array(z.int()).max(16),
});

const hello = z.object({
  type: z.literal('hello'),
  protocol: z.int(),
  agentId: name,
  clusterId: name,
  instance: name,
  slot: z.int().min(0).max(255),
  version: name,
  features: z.array(name).max(32),
  resume: z.null(),
  signature: base64(signatureBytes),
});

const milliseconds = z.int().min(100).max(3_600_000);

const welcome = z.object({
  type: z.literal('welcome'),
  session: z.string().regex(/^[A-Za-z0-9_-]{22}$/),
  epoch: z
    .string()
    .regex(/^[0-9]{1,20}$/)
    .transform((value) => BigInt(value)),
  limits: z.object({ streams: z.int().min(1).max(1_000_000) }),
  intervals: z.object({ busyMs: milliseconds, idleMs: milliseconds, timeoutMs: milliseconds }),
  resume: z.null(),
});

export type Challenge = z.output<typeof challenge>;
export type HelloMessage = z.output<typeof hello>;
export type Welcome = z.output<typeof welcome>;

/** Parses a CHALLENGE. @returns undefined if it is not one. */
export function parseChallenge(message: string): Challenge | undefined {
  return parse(challenge, message);
}

export function parseHello(message: string): HelloMessage | undefined {
  return parse(hello, message);
}

export function parseWelcome(message: string): Welcome | undefined {
  return parse(welcome, message);
}

function parse<S extends z.ZodType>(schema: S, message: string): z.output<S> | undefined {
  try {
    return schema.safeParse(JSON.parse(message)).data;
  } catch {
    return undefined;
  }
}

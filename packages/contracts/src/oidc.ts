import { z } from 'zod';
import { Instant, Slug, text } from './primitives.ts';

/** Asks for the address of the organization's provider, at which to sign in. */
export const StartOidcRequest = z.strictObject({ organization: Slug });

/** Where the browser goes next. It holds the other half of the sign-in as a cookie. */
export const OidcStart = z.object({ url: z.string() });
export type OidcStart = z.infer<typeof OidcStart>;

/** What the provider sent back: the query of the page to which it redirected, with or without `?`. */
export const CompleteOidcRequest = z.strictObject({ response: text(8_192).min(1) });

/** People in a group of the provider are in a team here and, if a role is given, have it. Nobody becomes an owner by it. */
export const OidcGroupMapping = z.strictObject({
  group: text(256).min(1),
  team: Slug,
  role: z.enum(['member', 'auditor', 'admin']).optional(),
});
export type OidcGroupMapping = z.infer<typeof OidcGroupMapping>;

/** A domain of e-mail addresses, in lower case. */
const Domain = text(253)
  .trim()
  .toLowerCase()
  .regex(
    /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/,
    'Not a domain, such as example.com',
  );

const settings = {
  /** Exactly as the provider writes it in its tokens. */
  issuer: text(500).refine((given) => /^https?:\/\//.test(given) && URL.canParse(given), 'An https:// address'),
  clientId: text(200).min(1),
  domains: z.array(Domain).max(50, 'At most 50 domains').default([]),
  groupsClaim: text(200).min(1).default('groups'),
  groupMappings: z.array(OidcGroupMapping).max(200, 'At most 200 mappings').default([]),
  /** Whether the organization’s second factor is satisfied when the provider says (`amr`) that it asked for several. */
  trustsSecondFactor: z.boolean().default(false),
};

/** The secret may be left out to keep the one that is stored, for the same issuer and client. */
export const SetOidcRequest = z.strictObject({ ...settings, clientSecret: text(1_000).min(1).optional() });
export type SetOidcRequest = z.input<typeof SetOidcRequest>;

/** The provider of an organization. Its client secret is never shown. */
export const OidcProvider = z.object({
  issuer: z.string(),
  clientId: z.string(),
  domains: z.array(z.string()),
  groupsClaim: z.string(),
  groupMappings: z.array(OidcGroupMapping),
  trustsSecondFactor: z.boolean(),
  /** What to enter at the provider as the address to return to. */
  redirectUri: z.string(),
  /** The value of the TXT record `_postern.<domain>` that shows that a domain is the organization’s. */
  domainProof: z.string(),
  updatedAt: Instant,
});
export type OidcProvider = z.infer<typeof OidcProvider>;

/** Whether the provider answers and offers what is needed; if not, what to change. */
export const OidcTest = z.object({ works: z.boolean(), error: z.string().nullable() });
export type OidcTest = z.infer<typeof OidcTest>;

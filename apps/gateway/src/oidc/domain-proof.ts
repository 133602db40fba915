import { resolveTxt } from 'node:dns/promises';

/** What the TXT record of a domain must say for an organization. It names the organization, so it is of no use to another. */
export const domainProofOf = (organizationId: string): string => `postern-organization=${organizationId}`;

/** Finds out whether a domain's TXT records name the organization: whoever can add them can also read the domain's e-mail. */
export class DomainProofs {
  readonly #resolve: (name: string) => Promise<string[][]>;

  constructor(resolve: (name: string) => Promise<string[][]> = resolveTxt) {
    this.#resolve = resolve;
  }

  async isShown(domain: string, organizationId: string): Promise<boolean> {
    // Long records come in parts. No record, and no answer, prove nothing.
    const records = await this.#resolve(`_postern.${domain}`).catch(() => []);
    return records.some((parts) => parts.join('').trim() === domainProofOf(organizationId));
  }
}

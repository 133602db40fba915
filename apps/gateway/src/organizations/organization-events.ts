/** What others need to know of an organization that was just made. */
export interface NewOrganization {
  id: string;
  slug: string;
}

/** Tells whoever wants to do something for each organization that is made. */
export class OrganizationEvents {
  readonly #listeners: ((organization: NewOrganization) => Promise<void>)[] = [];

  /** @param listener must not fail for anything that its organization can do without. */
  onCreated(listener: (organization: NewOrganization) => Promise<void>): void {
    this.#listeners.push(listener);
  }

  /** Resolves when everyone has done their part, one after the other. */
  async created(organization: NewOrganization): Promise<void> {
    for (const listener of this.#listeners) await listener(organization);
  }
}

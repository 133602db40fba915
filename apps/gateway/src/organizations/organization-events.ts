/** A new organization, as passed to listeners. */
export interface NewOrganization {
  id: string;
  slug: string;
}

/** Notifies listeners of new organizations. */
export class OrganizationEvents {
  readonly #listeners: ((organization: NewOrganization) => Promise<void>)[] = [];

  /** @param listener must not reject for anything that the organization can do without. */
  onCreated(listener: (organization: NewOrganization) => Promise<void>): void {
    this.#listeners.push(listener);
  }

  /** Runs the listeners one after the other; resolves when all have finished. */
  async created(organization: NewOrganization): Promise<void> {
    for (const listener of this.#listeners) await listener(organization);
  }
}

/** Whether this process accepts new work. */
export class Lifecycle {
  #isDraining = false;

  get isDraining(): boolean {
    return this.#isDraining;
  }

  /** Makes `/readyz` fail, so that load balancers stop sending requests. */
  drain(): void {
    this.#isDraining = true;
  }
}

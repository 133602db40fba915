/** Whether this process takes new work. */
export class Lifecycle {
  #isDraining = false;

  get isDraining(): boolean {
    return this.#isDraining;
  }

  /** From here on `/readyz` sends load balancers elsewhere. */
  drain(): void {
    this.#isDraining = true;
  }
}

import { sharedValue } from '#components/shared-value.ts';
import { build } from './build.ts';

/** What is known about newer builds of the dashboard. */
interface NewBuild {
  /** Whether the server has another build than this page. */
  readonly ready: boolean;
  /** Whether the person has put off loading it. */
  readonly later: boolean;
}

const newBuild = sharedValue<NewBuild>({ ready: false, later: false });

export const useNewBuild = newBuild.use;

/** Puts the notice off until the page is loaded again. */
export function putOff(): void {
  newBuild.set({ ...newBuild.get(), later: true });
}

/** Asks the server which build it has. @returns whether it answered. */
export async function checkBuild(): Promise<boolean> {
  try {
    const response = await fetch('/build.json', { cache: 'no-store' });
    if (!response.ok) return false;
    const served = ((await response.json()) as { build?: unknown }).build;
    if (typeof served !== 'string') return false;
    // A page is not older than its server again once it was: several gateways may serve different builds for a while.
    if (served !== build && !newBuild.get().ready) newBuild.set({ ready: true, later: false });
    return true;
  } catch {
    return false;
  }
}

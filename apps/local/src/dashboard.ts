import { type Child, startChild, untilReady } from './child.ts';
import type { DataFolder } from './data-folder.ts';
import { type Commands, programs } from './programs.ts';

/** Starts the dashboard's server on a port of 127.0.0.1 and waits until it is ready. @param again see `ChildOptions`. */
export async function startDashboard(
  data: DataFolder,
  {
    port,
    command,
    environment,
    again = false,
  }: { port: number; command: Commands['dashboard']; environment: string; again?: boolean },
): Promise<Child> {
  let serving = () => {};
  const ready = new Promise<void>((resolve) => {
    serving = resolve;
  });
  const child = startChild(data, {
    name: 'dashboard',
    again,
    args: command(port),
    cwd: programs.dashboard,
    env: { NEXT_TELEMETRY_DISABLED: '1', NODE_ENV: environment },
    onLine: (line) => {
      if (line.includes('Ready in')) serving();
    },
  });
  await untilReady('The dashboard', child, ready);
  return child;
}

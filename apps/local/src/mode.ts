import type { Certificates } from './certificates.ts';
import { built, type Commands, checkout } from './programs.ts';
import { type RestartPolicy, restartPolicy } from './supervisor.ts';

/** The running programs, for restarting them. */
export interface Running {
  gateway: { renew(): Promise<void> };
  /** Undefined if there is no demo cluster. */
  demoCluster: { renew(): Promise<void> } | undefined;
  agents: { renew(): Promise<void> };
}

export interface FrontOptions {
  listen: string;
  port: number;
  certificates: Certificates;
  /** Ports on 127.0.0.1: the gateway's with TLS, the dashboard's without. */
  gatewayPort: number;
  dashboardPort: number;
}

/** The differences between `npm start` and `npm run dev`. */
export interface Mode {
  /** The command as typed, for messages. */
  command: string;
  /** Folder of all data; absolute. */
  defaultData: string;
  commands: Commands;
  /** `NODE_ENV` of the dashboard. */
  environment: 'production' | 'development';
  restartPolicy: RestartPolicy;
  /** How many seconds open streams of the gateway may continue after SIGTERM. */
  drainSeconds: number;
  /** Opens a proxy for gateway and dashboard on the public port; without it the gateway listens there itself. */
  openFront?: (options: FrontOptions) => Promise<{ stop(): Promise<void> }>;
  /** Called once everything is running. @returns a function that ends the watch. */
  watch?: (running: Running) => () => void;
  /** Called with each line that gateway, agents and demo cluster print, in addition to their log files. */
  onLine?: (program: string, line: string) => void;
}

/** `npm start`: the build output, as in production. */
export const product: Mode = {
  command: 'npm start',
  defaultData: `${checkout}.postern`,
  commands: built,
  environment: 'production',
  restartPolicy,
  drainSeconds: 2,
};

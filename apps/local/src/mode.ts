import type { Certificates } from './certificates.ts';
import { built, type Commands, checkout } from './programs.ts';
import { type RestartPolicy, restartPolicy } from './supervisor.ts';

/** What runs, for whoever wants to start it again. */
export interface Running {
  gateway: { renew(): Promise<void> };
  /** Undefined without a demo cluster. */
  demoCluster: { renew(): Promise<void> } | undefined;
  agents: { renew(): Promise<void> };
}

export interface FrontOptions {
  listen: string;
  port: number;
  certificates: Certificates;
  /** Ports of 127.0.0.1: the gateway's speaks TLS, the dashboard's does not. */
  gatewayPort: number;
  dashboardPort: number;
}

/** What `npm start` and `npm run dev` do not have in common. */
export interface Mode {
  /** As it is typed, for messages. */
  command: string;
  /** Folder of all data; absolute. */
  defaultData: string;
  commands: Commands;
  /** `NODE_ENV` of the dashboard. */
  environment: 'production' | 'development';
  restartPolicy: RestartPolicy;
  /** Seconds that open streams of the gateway may go on after SIGTERM. */
  drainSeconds: number;
  /** What listens on the public port and passes on to gateway and dashboard; without it the gateway listens there itself. */
  openFront?: (options: FrontOptions) => Promise<{ stop(): Promise<void> }>;
  /** Called once all is up. What it returns ends the watch. */
  watch?: (running: Running) => () => void;
  /** Each line that gateway, agents and demo cluster print, besides their log files. */
  onLine?: (program: string, line: string) => void;
}

/** `npm start`: what was built, as in production. */
export const product: Mode = {
  command: 'npm start',
  defaultData: `${checkout}.postern`,
  commands: built,
  environment: 'production',
  restartPolicy,
  drainSeconds: 2,
};

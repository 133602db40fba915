/**
 * Header fields in order, duplicates kept. Names are lower case; in a value, each code point up to U+00FF is one byte.
 */
export type HeaderList = [name: string, value: string][];

/** The person as authenticated by the gateway. The agent impersonates exactly this identity. */
export interface Identity {
  user: string;
  groups: string[];
  extra?: Record<string, string[]> | undefined;
  /** Who makes the request, if `user` is somebody else (`kubectl --as`). Agents before 0.2 ignore it. */
  impersonatedBy?: string | undefined;
}

/** What the operator of an agent allows, in addition to what the cluster's RBAC does. The agent enforces it. */
export type AgentPolicy = {
  readOnly: boolean;
  /** Names, or beginnings of names that end in `*`, of groups that may be impersonated besides the three levels. */
  allowedGroups: string[];
  allowImpersonation: boolean;
  /** The namespaces that requests are limited to; null for no limit. */
  namespaces: string[] | null;
  allowProxy: boolean;
};

/** What an agent reports about itself and its cluster. */
export interface AgentReport {
  agentVersion: string;
  instance: string;
  location: 'in-cluster' | 'outside';
  kubernetes?: { version: string; platform: string; nodes: { total: number; ready: number } } | undefined;
  capabilities?:
    | {
        impersonate: boolean;
        listNodes: boolean;
        bindings: 'present' | 'created' | 'missing';
        metricsApi: boolean;
        /** Agents before 0.2 do not report theirs. */
        policy?: AgentPolicy | undefined;
      }
    | undefined;
  problem?: { code: string; message: string } | undefined;
}

/** The head of OPEN. Both sides check `cluster` against that of the tunnel. */
export type RequestHead =
  | {
      kind: 'http' | 'upgrade';
      cluster: string;
      method: string;
      /** Includes the query; starts with a slash; printable ASCII. */
      path: string;
      headers: HeaderList;
      identity: Identity;
    }
  | { kind: 'tcp'; cluster: string; host: string; port: number; identity: Identity }
  | { kind: 'report'; cluster: string; report: AgentReport };

/** The head of ACCEPT. */
export interface ResponseHead {
  status: number;
  headers: HeaderList;
}

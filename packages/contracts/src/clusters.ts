import { z } from 'zod';
import { Id, Instant, Labels, Lifetime, Slug } from './primitives.ts';
import { RecordingMode } from './recordings.ts';

/** `pending`: no agent has ever connected. `offline`: since `statusSince`. */
export const ClusterStatus = z.enum(['pending', 'online', 'offline']);

/** A problem on the agent's side; `message` says how to fix it. */
const Problem = z.object({ code: z.string(), message: z.string() });

/** What is recorded of a cluster's sessions. `input`: also what people type, which includes passwords. */
const RecordingPolicy = z.strictObject({ mode: RecordingMode, input: z.boolean() });

/** What the operator of an agent allows, in addition to what the cluster's RBAC does. The agent enforces it. */
const AgentPolicy = z.object({
  /** Only get, list and watch. */
  readOnly: z.boolean(),
  /** Groups that may be impersonated besides the three levels: names, or beginnings of names that end in `*`. */
  allowedGroups: z.array(z.string()),
  /** Whether requests may be made as users that are not Postern's (`kubectl --as`). */
  allowImpersonation: z.boolean(),
  /** The only namespaces that can be reached; null for all. */
  namespaces: z.array(z.string()).nullable(),
  /** Whether the proxies to pods and services can be used. */
  allowProxy: z.boolean(),
});

export const Cluster = z.object({
  id: Id,
  organizationId: Id,
  name: Slug,
  /** As stored: earlier rules may have allowed more than `Labels` does. */
  labels: z.record(z.string(), z.string()),
  /** True for the demo cluster of `npm start`. */
  demo: z.boolean(),
  createdAt: Instant,
  recording: RecordingPolicy,
  status: ClusterStatus,
  statusSince: Instant,
  agent: z
    .object({
      id: Id,
      version: z.string(),
      instance: z.string(),
      location: z.enum(['in-cluster', 'outside']),
      connectedAt: Instant.nullable(),
      lastSeenAt: Instant.nullable(),
      /** Round trip of the tunnel, in milliseconds; null while offline or not yet measured. */
      roundTripMs: z.number().nullable(),
    })
    .nullable(),
  kubernetes: z
    .object({
      version: z.string(),
      platform: z.string(),
      nodes: z.object({ total: z.number().int(), ready: z.number().int() }),
    })
    .nullable(),
  capabilities: z
    .object({
      impersonate: z.boolean(),
      listNodes: z.boolean(),
      bindings: z.enum(['present', 'created', 'missing']),
      metricsApi: z.boolean(),
      /** What the agent's operator allows; null if the agent is too old to report it. */
      policy: AgentPolicy.nullable().default(null),
    })
    .nullable(),
  problem: Problem.nullable(),
  /** The steps of joining, each with the instant it was completed, or null. Shown on the add-cluster page. */
  joining: z.object({
    tokenMade: Instant.nullable(),
    agentDialled: Instant.nullable(),
    keyRegistered: Instant.nullable(),
    permissionsChecked: Instant.nullable(),
    firstRequestServed: Instant.nullable(),
  }),
  /** Removes this installation's objects from the cluster, and no others; still works after the cluster was deleted here. */
  uninstallCommand: z.string(),
});
export type Cluster = z.infer<typeof Cluster>;

/** `since`: the version of the last answer. Without it the answer comes at once. */
export const ClusterChangesQuery = z.object({
  since: z
    .string()
    .regex(/^[\w-]{1,64}$/)
    .optional(),
});

/** For clients without a live connection. `version` changes with the list, but not with round trips and times last seen. */
export const ClusterChanges = z.object({ version: z.string(), items: z.array(Cluster) });
export type ClusterChanges = z.infer<typeof ClusterChanges>;

export const CreateClusterRequest = z.strictObject({ name: Slug, labels: Labels.default({}) });
export type CreateClusterRequest = z.input<typeof CreateClusterRequest>;

/** What is left out stays as it is. */
export const UpdateClusterRequest = z.strictObject({
  labels: Labels.optional(),
  recording: RecordingPolicy.optional(),
});
export type UpdateClusterRequest = z.infer<typeof UpdateClusterRequest>;

/** A one-time join token, as commands that use it. The secret is shown only once. */
export const Joining = z.object({
  joinToken: z.string(),
  expiresAt: Instant,
  /** Installs the agent in the cluster: `curl … | kubectl apply -f -`. */
  installCommand: z.string(),
  /** Runs the agent outside the cluster, with a kubeconfig: `postern agent …`. */
  outsideCommand: z.string(),
  /** As in `Cluster`. */
  uninstallCommand: z.string(),
});
export type Joining = z.infer<typeof Joining>;

export const CreatedCluster = z.object({ cluster: Cluster, joining: Joining });
export type CreatedCluster = z.infer<typeof CreatedCluster>;

/** `exec`: credentials come from `postern` as an exec plugin. `token`: a static token that expires. */
export const KubeconfigRequest = z.strictObject({
  mode: z.enum(['exec', 'token']).default('token'),
  expiresInSeconds: Lifetime.default(43_200),
});
export type KubeconfigRequest = z.input<typeof KubeconfigRequest>;

export const Kubeconfig = z.object({
  /** YAML with one cluster, one user and one context, all named `<organization>-<cluster>`. */
  kubeconfig: z.string(),
  contextName: z.string(),
  expiresAt: Instant.nullable(),
});
export type Kubeconfig = z.infer<typeof Kubeconfig>;

/** A short-lived credential for the exec plugin (client.authentication.k8s.io/v1). */
export const ClusterCredential = z.object({ token: z.string(), expiresAt: Instant });
export type ClusterCredential = z.infer<typeof ClusterCredential>;

import type { Installation } from '@postern/kube';
import type { AgentPolicy, AgentReport } from '@postern/tunnel';
import type { Logger } from 'pino';
import type { Upstream } from '../upstream/upstream.ts';
import { UpstreamError } from '../upstream/upstream-error.ts';
import { version } from '../version.ts';
import {
  type Capabilities,
  countNodes,
  hasBindings,
  hasMetricsApi,
  kubernetesVersion,
  mayImpersonate,
} from './cluster-facts.ts';
import { createAccess } from './create-access.ts';

export interface CollectorOptions {
  upstream: Upstream;
  instance: string;
  /** What the operator allows, for the gateway to show. */
  policy: AgentPolicy;
  installation: Installation;
  logger: Logger;
}

/** How to fix missing rights; logged by the agent and shown on the cluster's page. */
const applyAgain = 'Apply the install manifest again.';

/** Inspects the cluster and creates the agent's report. Never throws: errors become part of the report. */
export class Collector {
  readonly #options: CollectorOptions;
  /** Result of creating the bindings, by an agent outside the cluster; undefined before the first attempt. */
  #own: 'created' | 'refused' | undefined;

  constructor(options: CollectorOptions) {
    this.#options = options;
  }

  async collect(): Promise<AgentReport> {
    const { upstream, instance, installation, policy } = this.#options;
    const report: AgentReport = {
      agentVersion: version,
      instance: instance.slice(0, 128),
      location: installation.location,
    };
    try {
      const impersonate = await mayImpersonate(upstream);
      const bindings = impersonate ? await this.#bindings() : { state: 'missing' as const };
      const [about, nodes, metricsApi] = impersonate
        ? await Promise.all([kubernetesVersion(upstream), countNodes(upstream), hasMetricsApi(upstream)])
        : [undefined, undefined, false];
      if (about !== undefined) report.kubernetes = { ...about, nodes: nodes ?? { total: 0, ready: 0 } };
      const listNodes = nodes !== undefined;
      report.capabilities = { impersonate, listNodes, bindings: bindings.state, metricsApi, policy };
      if (!impersonate) report.problem = this.#cannotImpersonate();
      else if (bindings.problem !== undefined) report.problem = { code: 'bindings-missing', message: bindings.problem };
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      report.problem = { code: `apiserver-${error.code}`, message: error.message.slice(0, 2000) };
    }
    return report;
  }

  #cannotImpersonate(): NonNullable<AgentReport['problem']> {
    const { location } = this.#options.installation;
    return {
      code: 'cannot-impersonate',
      message:
        location === 'in-cluster'
          ? `The agent's ServiceAccount may not impersonate. ${applyAgain}`
          : "The kubeconfig's user may not impersonate users and the groups postern:admin, postern:editor and postern:viewer. Use one that may.",
    };
  }

  async #bindings(): Promise<{ state: Capabilities['bindings']; problem?: string }> {
    const { upstream, installation } = this.#options;
    const missing = 'The roles and bindings of postern:admin, postern:editor and postern:viewer are missing.';
    const arePresent = await hasBindings(upstream);
    if (installation.location === 'in-cluster')
      return arePresent ? { state: 'present' } : { state: 'missing', problem: `${missing} ${applyAgain}` };
    // The existing ones may belong to another installation, and be removed with it.
    if (!arePresent || this.#own === undefined) await this.#createOwn();
    if (this.#own === 'created') return { state: 'created' };
    if (arePresent) return { state: 'present' };
    const command = `postern agent --print-access ${installation.clusterId} | kubectl apply -f -`;
    const problem = `${missing} This agent may not create them. Let a cluster administrator run \`${command}\`.`;
    return { state: 'missing', problem };
  }

  async #createOwn(): Promise<void> {
    const { upstream, installation, logger } = this.#options;
    const before = this.#own;
    const objection = await createAccess(upstream, installation);
    this.#own = objection === undefined ? 'created' : 'refused';
    if (this.#own === before) return;
    if (objection === undefined) logger.info('created the ClusterRoles and ClusterRoleBindings of Postern’s levels');
    else logger.info({ objection: objection.slice(0, 500) }, 'may not create ClusterRoles and ClusterRoleBindings');
  }
}

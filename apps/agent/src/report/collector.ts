import type { AgentReport } from '@postern/tunnel';
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
  location: 'in-cluster' | 'outside';
  logger: Logger;
}

/** How to mend missing bindings by hand; said to whoever runs the agent and shown on the cluster's page. */
const accessHint = {
  outside: 'Let a cluster administrator run `postern agent --print-access | kubectl apply -f -`.',
  'in-cluster': 'Apply the install manifest again.',
};

/** Looks at the cluster and puts the agent's report together. Never throws: what went wrong is part of the report. */
export class Collector {
  readonly #options: CollectorOptions;
  #hasCreated = false;
  #hasTried = false;

  constructor(options: CollectorOptions) {
    this.#options = options;
  }

  async collect(): Promise<AgentReport> {
    const { upstream, instance, location } = this.#options;
    const report: AgentReport = { agentVersion: version, instance: instance.slice(0, 128), location };
    try {
      const impersonate = await mayImpersonate(upstream);
      const bindings = impersonate ? await this.#bindings() : { state: 'missing' as const };
      const [about, nodes, metricsApi] = impersonate
        ? await Promise.all([kubernetesVersion(upstream), countNodes(upstream), hasMetricsApi(upstream)])
        : [undefined, undefined, false];
      if (about !== undefined) report.kubernetes = { ...about, nodes: nodes ?? { total: 0, ready: 0 } };
      report.capabilities = { impersonate, listNodes: nodes !== undefined, bindings: bindings.state, metricsApi };
      if (!impersonate) report.problem = this.#cannotImpersonate();
      else if (bindings.problem !== undefined) report.problem = { code: 'bindings-missing', message: bindings.problem };
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      report.problem = { code: `apiserver-${error.code}`, message: error.message.slice(0, 2000) };
    }
    return report;
  }

  #cannotImpersonate(): NonNullable<AgentReport['problem']> {
    const { location } = this.#options;
    return {
      code: 'cannot-impersonate',
      message:
        location === 'in-cluster'
          ? `The agent's ServiceAccount may not impersonate. ${accessHint['in-cluster']}`
          : "The kubeconfig's user may not impersonate users and the groups postern:admin, postern:editor and postern:viewer. Use one that may.",
    };
  }

  async #bindings(): Promise<{ state: Capabilities['bindings']; problem?: string }> {
    const { upstream, location, logger } = this.#options;
    if (await hasBindings(upstream)) return { state: this.#hasCreated ? 'created' : 'present' };
    const missing = 'The roles and bindings of postern:admin, postern:editor and postern:viewer are missing.';
    if (location === 'in-cluster') return { state: 'missing', problem: `${missing} ${accessHint['in-cluster']}` };
    const objection = await createAccess(upstream);
    if (objection === undefined) {
      if (!this.#hasCreated) logger.info('created the ClusterRoles and ClusterRoleBindings of Postern’s levels');
      this.#hasCreated = true;
      return { state: 'created' };
    }
    const problem = `${missing} This agent may not create them. ${accessHint.outside}`;
    if (!this.#hasTried) logger.warn({ objection: objection.slice(0, 500) }, problem);
    this.#hasTried = true;
    return { state: 'missing', problem };
  }
}

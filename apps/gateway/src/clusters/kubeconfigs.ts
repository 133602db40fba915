import type { ClusterCredential, Kubeconfig, KubeconfigRequest } from '@postern/contracts';
import { renderKubeconfig } from '@postern/kube';
import type { z } from 'zod';
import type { Config } from '../config.ts';
import type { ClusterModel } from '../generated/prisma/models.ts';
import type { CallOrganization } from '../http/call.ts';
import type { Principal } from '../identity/principal.ts';
import type { SignedTokens } from '../identity/signed-tokens.ts';
import type { ApiTokens } from '../tokens/api-tokens.ts';

/** Who gets access, and to which cluster. */
interface Access {
  principal: Principal;
  organization: CallOrganization;
  cluster: ClusterModel;
}

/** Creates kubeconfigs and credentials for kubectl. */
export class Kubeconfigs {
  readonly #tokens: ApiTokens;
  readonly #signed: SignedTokens;
  readonly #config: Config;

  constructor(tokens: ApiTokens, signed: SignedTokens, config: Config) {
    this.#tokens = tokens;
    this.#signed = signed;
    this.#config = config;
  }

  async create(access: Access, { mode, expiresInSeconds }: z.output<typeof KubeconfigRequest>): Promise<Kubeconfig> {
    const { organization, cluster } = access;
    const { publicOrigin, ca } = this.#config;
    const contextName = `${organization.slug}-${cluster.name}`;
    const token = mode === 'token' ? await this.#token(access, expiresInSeconds) : null;
    const user = token === null ? { exec: { command: 'postern', args: pluginArguments(publicOrigin, access) } } : token;
    const server = `${publicOrigin}/k8s/${organization.slug}/${cluster.name}`;
    return {
      kubeconfig: renderKubeconfig({ server, caPem: ca?.pem ?? null, contextName, user }),
      contextName,
      expiresAt: token?.expiresAt.toISOString() ?? null,
    };
  }

  /** A credential for the exec plugin. Valid for some minutes, and no longer than the credential that requests it. */
  credential({ principal, cluster }: Access): ClusterCredential {
    const claims = { sub: principal.userId, sid: principal.credential.id, cluster: cluster.id };
    const { token, expiresAt } = this.#signed.sign('access', claims);
    return { token, expiresAt: expiresAt.toISOString() };
  }

  async #token({ principal, organization, cluster }: Access, expiresInSeconds: number) {
    const { secret, expiresAt } = await this.#tokens.create({
      organizationId: organization.id,
      userId: principal.userId,
      kind: 'kubeconfig',
      scopes: [],
      name: `kubeconfig ${cluster.name}`,
      clusterId: cluster.id,
      expiresInSeconds,
      by: principal.credential,
    });
    return { token: secret, expiresAt };
  }
}

function pluginArguments(url: string, { organization, cluster }: Access): string[] {
  return ['credential', '--url', url, '--organization', organization.slug, '--cluster', cluster.name];
}

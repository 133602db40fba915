import { Controller, Header, Inject } from '@nestjs/common';
import { renderAgentManifest } from '@postern/kube';
import type { FastifyRequest } from 'fastify';
import type { Config } from '../config.ts';
import { CONFIG } from '../core/injection-tokens.ts';
import { Database } from '../database/database.ts';
import { notFound } from '../http/api-error.ts';
import { type Answer, type Call, CallOf } from '../http/call.ts';
import { Operation, Unlisted } from '../http/operation.ts';
import type { JoinClaim } from '../identity/join-claims.ts';
import { Enrolment } from './enrolment.ts';
import { readManifestPolicy } from './manifest-policy.ts';

@Controller()
export class AgentsController {
  @Inject(Enrolment) private readonly enrolment!: Enrolment;
  @Inject(Database) private readonly database!: Database;
  @Inject(CONFIG) private readonly config!: Config;

  @Operation('enrollAgent')
  enroll(@CallOf() { claim, body }: Call<'enrollAgent'>): Promise<Answer<'enrollAgent'>> {
    return this.enrolment.enroll(claim, body);
  }

  /** The manifest that the install command applies. Reading it does not use up the join token, so it can be read again. */
  @Unlisted('/install.yaml', 'join-token')
  @Header('content-type', 'application/yaml; charset=utf-8')
  async manifest(@CallOf() { claim, request }: { claim: JoinClaim; request: FastifyRequest }): Promise<string> {
    const policy = readManifestPolicy(request.query);
    const { organizationId, clusterId } = claim;
    const cluster = await this.database.scoped.cluster.findUnique({
      where: { id: clusterId, organizationId, deletedAt: null },
      select: { name: true, organization: { select: { slug: true } } },
    });
    if (cluster === null) throw notFound();
    return renderAgentManifest({
      gatewayUrl: this.config.publicOrigin,
      joinToken: claim.secret,
      caPem: this.config.ca?.pem ?? null,
      image: this.config.agentImage,
      clusterId,
      clusterName: cluster.name,
      organization: cluster.organization.slug,
      policy,
    });
  }
}

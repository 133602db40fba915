import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { ApiModule } from './api.module.ts';
import { RestTrail } from './audit/rest-trail.ts';
import type { Config } from './config.ts';
import { NestLog } from './core/nest-log.ts';
import { coreModule } from './core.module.ts';
import { createAdapter, type Handler } from './http/fastify.ts';
import { apiPrefix } from './http/operation.ts';
import { version } from './meta/version.ts';
import { openApiDocument } from './openapi/document.ts';
import { Documentation } from './openapi/documentation.ts';

/** Creates the REST API, ready for requests from the edge. Its providers are the gateway's services. */
export async function createApi(
  config: Config,
  logger: Logger,
): Promise<{ application: NestFastifyApplication; handler: Handler }> {
  const { publicOrigin } = config;
  const documentation = new Documentation(() => openApiDocument({ version, publicOrigin, prefix: apiPrefix }));
  const { adapter, handler } = createAdapter({ logger, publicOrigin, documentation });
  const application = await NestFactory.create<NestFastifyApplication>(
    { module: ApiModule, imports: [coreModule(config, logger)] },
    adapter,
    { logger: new NestLog(logger), bodyParser: false, abortOnError: false },
  );
  const trail = application.get(RestTrail);
  adapter
    .getInstance<FastifyInstance>()
    .addHook('onResponse', async (request, reply) => trail.responded(request, reply));
  await application.init();
  await adapter.getInstance().ready();
  return { application, handler };
}

# The gateway, and the job that migrates its database (`--target migrate`).
FROM node:24-bookworm AS build
WORKDIR /src
COPY . .
RUN infra/images/deploy.sh migrate /deploy/migrate && infra/images/deploy.sh gateway /deploy/gateway

FROM node:24-bookworm-slim AS base
ENV NODE_ENV=production
USER 65532:65532
WORKDIR /app

FROM base AS migrate
# Unless given a file, the command would download an engine that `engine: 'js'` never loads.
ENV PRISMA_QUERY_ENGINE_LIBRARY=/app/node_modules/prisma/build/index.js CHECKPOINT_DISABLE=1
COPY --from=build /deploy/migrate/ /app/
ENTRYPOINT ["node", "node_modules/prisma/build/index.js", "migrate", "deploy"]

FROM base AS gateway
COPY --from=build /deploy/gateway/ /app/
COPY infra/images/health.mjs /app/
EXPOSE 8443 9464
HEALTHCHECK --interval=5s --timeout=3s --start-period=20s CMD ["node", "/app/health.mjs"]
# See apps/local/src/gateway-runtime.ts for the reasons; a test compares the two.
ENV MALLOC_ARENA_MAX=1 MALLOC_TRIM_THRESHOLD_=131072
ENTRYPOINT ["node", "--max-semi-space-size=2", "--heap-growing-percent=200", "dist/main.js"]

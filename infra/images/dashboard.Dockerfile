# The dashboard's server: serves the application's pages, holds no secret and sees no tenant data.
FROM node:24-bookworm AS build
WORKDIR /src
ENV NEXT_TELEMETRY_DISABLED=1
COPY . .
RUN infra/images/deploy.sh dashboard /deploy

FROM node:24-bookworm-slim
ENV NODE_ENV=production NEXT_TELEMETRY_DISABLED=1
USER 65532:65532
WORKDIR /app
COPY --from=build /deploy/ /app/
EXPOSE 3000
ENTRYPOINT ["node", "node_modules/next/dist/bin/next", "start", "--hostname", "0.0.0.0", "--port", "3000"]

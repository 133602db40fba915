# The agent: Node, the libraries it needs, and one bundled program. `docker build -f infra/images/agent.Dockerfile .`
FROM node:24-bookworm AS build
WORKDIR /src
COPY . .
RUN node --input-type=module -e "import { install } from './scripts/workspace.mjs'; await install()" \
  && PATH=/src/node_modules/.bin:$PATH node scripts/bundle-agent.mjs /agent.mjs \
  && infra/images/layout.sh /layout /agent.mjs

FROM scratch
COPY --from=build /layout/ /
USER 65532:65532
WORKDIR /app
ENV NODE_ENV=production
ENTRYPOINT ["/usr/local/bin/node", "/app/main.mjs"]

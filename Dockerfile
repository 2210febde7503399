# syntax=docker/dockerfile:1
FROM node:22-bookworm-slim AS build
RUN apt-get update \
 && apt-get install -y --no-install-recommends build-essential cmake libsrt-openssl-dev libssl-dev pkg-config python3 \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /opt/sls
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
RUN npm run build && npm prune --omit=dev

FROM node:22-bookworm-slim
# A non-root user of its own; the volume must be writable for it.
RUN useradd --system --uid 10001 --home-dir /var/lib/sls sls \
 && mkdir -p /var/lib/sls /tmp/sls /etc/sls \
 && chown sls:sls /var/lib/sls /tmp/sls
WORKDIR /opt/sls
COPY --from=build /opt/sls/package.json ./
COPY --from=build /opt/sls/node_modules ./node_modules
COPY --from=build /opt/sls/native/build/sls.node ./native/build/sls.node
COPY --from=build /opt/sls/dist ./dist
RUN ln -s /opt/sls/dist/sls.mjs /usr/local/bin/sls
COPY conf/container.conf /etc/sls/sls.conf
USER sls
VOLUME /var/lib/sls
EXPOSE 4000/udp 4001/udp 4002/udp 8080/tcp
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8080/health').then(r => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["sls"]
CMD ["-c", "/etc/sls/sls.conf"]

# Redis; its file is checked before each start (redis/start). Built from Debian's package, so that a rebuild brings its security updates.
ARG BASE_IMAGE=debian:trixie-slim
FROM ${BASE_IMAGE}
ARG USER_ID=10001
RUN export DEBIAN_FRONTEND=noninteractive && apt-get update -qq && \
    apt-get install -y -qq --no-install-recommends redis-server redis-tools >/dev/null && \
    rm -rf /var/lib/apt/lists/* /var/cache/apt/* && \
    useradd --uid ${USER_ID} --user-group --no-create-home --shell /usr/sbin/nologin minato && \
    install -d -o minato -g minato /data
COPY redis/start /usr/local/bin/start-redis
USER ${USER_ID}:${USER_ID}
ENTRYPOINT ["/usr/local/bin/start-redis"]

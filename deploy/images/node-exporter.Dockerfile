# The host's figures. Built from Debian's package, so that a rebuild brings its security updates.
ARG BASE_IMAGE=debian:trixie-slim
FROM ${BASE_IMAGE}
ARG USER_ID=10001
RUN export DEBIAN_FRONTEND=noninteractive && apt-get update -qq && \
    apt-get install -y -qq --no-install-recommends prometheus-node-exporter >/dev/null && \
    rm -rf /var/lib/apt/lists/* /var/cache/apt/* && \
    useradd --uid ${USER_ID} --user-group --no-create-home --shell /usr/sbin/nologin minato
USER ${USER_ID}:${USER_ID}
ENTRYPOINT ["prometheus-node-exporter"]

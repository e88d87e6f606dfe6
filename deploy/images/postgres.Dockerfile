# PostgreSQL with pgBackRest. Built from Debian's packages, so that a rebuild brings their security
# updates; trixie brings PostgreSQL 17, bookworm 15.
ARG BASE_IMAGE=debian:trixie-slim
FROM ${BASE_IMAGE}
ARG USER_ID=10001
RUN export DEBIAN_FRONTEND=noninteractive && apt-get update -qq && \
    apt-get install -y -qq --no-install-recommends postgresql-common >/dev/null && \
    sed -i 's/^#\?create_main_cluster.*/create_main_cluster = false/' /etc/postgresql-common/createcluster.conf && \
    apt-get install -y -qq --no-install-recommends postgresql pgbackrest ca-certificates >/dev/null && \
    rm -rf /var/lib/apt/lists/* /var/cache/apt/* /etc/pgbackrest.conf && \
    useradd --uid ${USER_ID} --user-group --no-create-home --shell /usr/sbin/nologin minato && \
    install -d -o minato -g minato -m 0700 /var/lib/minato-postgres && \
    install -d -o minato -g minato -m 0750 /var/lib/pgbackrest && \
    install -d -o minato -g minato /run/postgresql /var/log/pgbackrest && \
    ln -s /usr/lib/postgresql/* /usr/lib/postgresql/current
ENV PATH=/usr/lib/postgresql/current/bin:/usr/local/bin:/usr/bin:/bin \
    PGDATA=/var/lib/minato-postgres/data PGHOST=/run/postgresql \
    PGBACKREST_CONFIG=/etc/minato-postgres/pgbackrest.conf PGBACKREST_CONFIG_INCLUDE_PATH=/run/secrets
COPY postgres/start postgres/backups /usr/local/bin/
USER ${USER_ID}:${USER_ID}
STOPSIGNAL SIGINT
ENTRYPOINT ["/usr/local/bin/start"]

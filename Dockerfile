# The images of Bookstall, one target for each role: recommendations, marketplace, catalogue, nginx.
#
# Each role's dependencies have their own stage, built only from its lock file, so that a change of the code does not
# reinstall them. The build tools (pip, the code generator) stay in the build stages.

FROM python:3.13-slim AS builder
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /build

# --- the stubs, generated as in the Makefile ---

FROM builder AS stubs
COPY requirements/stubs.txt requirements/
RUN --mount=type=cache,target=/root/.cache/pip \
    python -m venv /opt/venv && /opt/venv/bin/python -m pip install --require-hashes -r requirements/stubs.txt
COPY protobufs/ protobufs/
RUN /opt/venv/bin/python -m protobufs.generate && rm protobufs/generate.py protobufs/*.proto protobufs/*.pyi

# --- the dependencies of each role ---

FROM builder AS environment
RUN python -m venv --without-pip /opt/venv

FROM environment AS recommendations-environment
COPY requirements/recommendations.txt requirements/
RUN --mount=type=cache,target=/root/.cache/pip \
    python -m pip --python /opt/venv/bin/python install --require-hashes -r requirements/recommendations.txt

FROM environment AS marketplace-environment
COPY requirements/marketplace.txt requirements/integration-test.txt requirements/
RUN --mount=type=cache,target=/root/.cache/pip \
    python -m pip --python /opt/venv/bin/python install --require-hashes \
    -r requirements/marketplace.txt -r requirements/integration-test.txt

FROM environment AS catalogue-environment
COPY requirements/catalogue.txt requirements/
RUN --mount=type=cache,target=/root/.cache/pip \
    python -m pip --python /opt/venv/bin/python install --require-hashes -r requirements/catalogue.txt

# --- the code of each role ---

FROM builder AS marketplace-code
COPY marketplace/ marketplace/
# `docker compose exec` starts in this folder, so the test of the running shop must be here, not in the package.
RUN mv marketplace/marketplace_integration_test.py .

FROM builder AS catalogue-code
COPY seed/ seed/
COPY migrations/ migrations/
# The migrations and the seed use only the service's schema and engine.
COPY recommendations/__init__.py recommendations/
COPY recommendations/storage/__init__.py recommendations/storage/engine.py recommendations/storage/hosts.py \
    recommendations/storage/models.py recommendations/storage/whole_catalogue.py recommendations/storage/
# Alembic's settings.
COPY pyproject.toml .

# --- the base of all images ---

FROM python:3.13-slim AS runtime
COPY containers/remove_installers.py /tmp/
RUN python /tmp/remove_installers.py && rm /tmp/remove_installers.py
# Containers run with a read-only root file system, so they cannot write bytecode. Each image compiles its code and, by
# importing it, the modules of the standard library that it uses: the base image has no bytecode of those.
ENV PATH=/opt/venv/bin:$PATH PYTHONPATH=/srv/bookstall PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
# gRPC core's own messages on standard error would break the log format; the status of each call contains the error.
ENV GRPC_VERBOSITY=NONE
# By default the C library keeps freed memory in up to eight arenas for each core. With two, 10,000 hostile connections
# leave the service 78 MB instead of 84 MB, and calls take no longer (docs/reliability.md,
# docs/performance.md).
ENV MALLOC_ARENA_MAX=2
WORKDIR /srv/bookstall
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.version=$VERSION \
      org.opencontainers.image.revision=$REVISION \
      org.opencontainers.image.licenses=MIT \
      org.opencontainers.image.vendor=Bookstall \
      org.opencontainers.image.base.name=docker.io/library/python:3.13-slim

# --- the images ---
# Users are numeric, because nothing needs their names. Each role has its own id, so that no other role can read its
# password file (containers/make_passwords.py).

FROM runtime AS recommendations
LABEL org.opencontainers.image.title=bookstall-recommendations \
      org.opencontainers.image.description="Draws books at random from PostgreSQL, over gRPC."
COPY --from=recommendations-environment /opt/venv /opt/venv
COPY containers/recommendations_healthy.py healthy.py
COPY --from=stubs /build/protobufs/ protobufs/
COPY recommendations/ recommendations/
RUN PYTHONDONTWRITEBYTECODE= python -c "import recommendations.__main__, healthy" && python -m compileall -q .
USER 10001:10001
ENV RECOMMENDATIONS_LISTEN=0.0.0.0:50051 RECOMMENDATIONS_METRICS_LISTEN=0.0.0.0:9464
EXPOSE 50051
CMD ["python", "-m", "recommendations"]

FROM runtime AS marketplace
LABEL org.opencontainers.image.title=bookstall-marketplace \
      org.opencontainers.image.description="The book shop's web pages, with books drawn by the recommendations service."
COPY --from=marketplace-environment /opt/venv /opt/venv
COPY containers/marketplace_ready.py ready.py
COPY --from=stubs /build/protobufs/ protobufs/
COPY --from=marketplace-code /build/ ./
RUN PYTHONDONTWRITEBYTECODE= python -c "import marketplace.__main__, marketplace.wsgi, ready" \
    && python -m compileall -q marketplace protobufs
USER 10002:10002
ENV MARKETPLACE_LISTEN=0.0.0.0:5000 MARKETPLACE_METRICS_LISTEN=0.0.0.0:9465 PYTEST_ADDOPTS="-p no:cacheprovider"
EXPOSE 5000
CMD ["python", "-m", "marketplace"]

# Debian's nginx in front of the marketplace (deploy/nginx/docker-compose.yaml). Its health check needs Python.
FROM runtime AS nginx
LABEL org.opencontainers.image.title=bookstall-nginx \
      org.opencontainers.image.description="Publishes the shop, and balances requests among the marketplace replicas."
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends nginx \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt
COPY containers/marketplace_ready.py ready.py
COPY deploy/nginx/containers.conf deploy/nginx/page-proxy.conf /etc/nginx/
USER 10005:10005
EXPOSE 5000
CMD ["nginx", "-e", "stderr", "-c", "/etc/nginx/containers.conf"]

FROM runtime AS catalogue
LABEL org.opencontainers.image.title=bookstall-catalogue \
      org.opencontainers.image.description="Migrates the database's schema, and loads books."
COPY --from=catalogue-environment /opt/venv /opt/venv
COPY containers/make_passwords.py .
COPY --from=catalogue-code /build/ ./
RUN PYTHONDONTWRITEBYTECODE= python -c "import alembic.config, make_passwords, seed.__main__" && python -m compileall -q .
# A new volume for the passwords inherits the owner of this folder.
RUN install -d -o 10000 -g 10000 /var/lib/passwords
USER 10003:10003
CMD ["alembic", "upgrade", "head"]

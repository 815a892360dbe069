# Image of the mock: docker build -t statuspool-mock . && docker run --rm -p 127.0.0.1:4747:4747 statuspool-mock
ARG BASE=docker.io/library/python:3.13-slim
FROM ${BASE} AS build
WORKDIR /source
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY openapi openapi
COPY fixtures fixtures
COPY src src
RUN python -m pip wheel --no-cache-dir --no-deps --wheel-dir /wheels . \
 && python -m venv --without-pip /opt/statuspool-mock \
 && python -m pip --python /opt/statuspool-mock/bin/python install --no-cache-dir \
    --constraint constraints.txt "$(echo /wheels/*.whl)[fleet]"

FROM ${BASE}
LABEL org.opencontainers.image.title="statuspool-mock" \
      org.opencontainers.image.description="A local, stateful mock of the Statuspool API" \
      org.opencontainers.image.licenses="MIT"
RUN groupadd --gid 4747 statuspool \
 && useradd --uid 4747 --gid statuspool --no-create-home --home-dir /data statuspool \
 && install --directory --owner=statuspool --group=statuspool /data
COPY --from=build /opt/statuspool-mock /opt/statuspool-mock
ENV PATH=/opt/statuspool-mock/bin:$PATH \
    PYTHONUNBUFFERED=1
USER 4747:4747
WORKDIR /data
EXPOSE 4747

# In Python, because the image has no curl, and because http.client ignores proxy variables.
HEALTHCHECK --interval=5s --timeout=3s --start-period=30s --retries=3 \
  CMD ["python", "-c", "import http.client as c; h = c.HTTPConnection('127.0.0.1', 4747, timeout=2); h.request('GET', '/readyz'); raise SystemExit(h.getresponse().status != 200)"]

# Arguments are options of `serve`: docker run ... statuspool-mock --scenario docs
ENTRYPOINT ["statuspool-mock", "serve", "--host", "0.0.0.0"]

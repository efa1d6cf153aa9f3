# Isthmus as a command in a container, from the wheel and the packages of uv.lock:
#   make wheel
#   docker build --tag isthmus .
#   docker run --rm --user "$(id -u):$(id -g)" --volume "$PWD:/work" isthmus prove cdktf.out

FROM python:3.12-slim-bookworm AS build
RUN python -m venv /uv && /uv/bin/pip install --no-cache-dir --disable-pip-version-check uv==0.13.9
WORKDIR /build
COPY pyproject.toml uv.lock ./
RUN /uv/bin/uv export --quiet --frozen --no-dev --all-extras --no-emit-project --output-file requirements.txt
RUN python -m venv /opt/isthmus && \
    /uv/bin/uv pip install --no-cache --python /opt/isthmus --require-hashes --requirement requirements.txt
COPY dist/isthmus-*.whl ./
RUN /uv/bin/uv pip install --no-cache --python /opt/isthmus --no-deps isthmus-*.whl

FROM python:3.12-slim-bookworm
COPY --from=build /opt/isthmus /opt/isthmus
RUN useradd --create-home --uid 1000 isthmus
ENV PATH="/opt/isthmus/bin:$PATH" HOME=/tmp
USER isthmus
WORKDIR /work
ENTRYPOINT ["isthmus"]
CMD ["--help"]

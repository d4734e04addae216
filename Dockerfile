# An image that runs `reportgen run`, as a user without rights, in the folder /reports:
#
#   docker build -t reportgen .
#   docker run --rm -v "$PWD/output:/reports/output" reportgen
#
# --build-arg PIP_EXTRA_INDEX_URL=... names an index of CPU builds of torch, which are much smaller.
FROM python:3.11-slim-bookworm

WORKDIR /source
COPY tools/system-packages tools/
RUN tools/system-packages report && rm -rf /var/lib/apt/lists/*

COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY reportgen reportgen
COPY templates templates
COPY experiments experiments
COPY docs/reference/audit docs/reference/audit
ARG PIP_EXTRA_INDEX_URL=
RUN python -m pip install --no-cache-dir --constraint constraints.txt .

RUN useradd --uid 1000 --create-home reportgen && install --directory --owner=reportgen /reports /reports/output
USER reportgen
WORKDIR /reports
ENTRYPOINT ["reportgen"]
CMD ["run"]

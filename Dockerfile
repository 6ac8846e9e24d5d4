# One image for the workers, the `tune` command and the MLflow server.
# BASE_IMAGE: any image with Python 3.11 to 3.13 and pip. EXTRAS: of pyproject.toml, such as gpu, or gpu,ray.
ARG BASE_IMAGE=python:3.11-slim-bookworm
FROM ${BASE_IMAGE}

ARG EXTRAS=
ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_ROOT_USER_ACTION=ignore

# The project's dependencies first, from its metadata alone: a change of its code, or of its README, does not install them
# again.
WORKDIR /build
COPY pyproject.toml ./
RUN mkdir -p tuner search_spaces \
    && touch tuner/__init__.py README.md \
    && python -m pip install ".${EXTRAS:+[${EXTRAS}]}" \
    && python -m pip uninstall --yes tuner
COPY README.md LICENSE ./
COPY tuner tuner
COPY search_spaces search_spaces
RUN python -m pip install --no-deps . && rm -rf /build

# Volumes take the owner of the folders that they cover.
RUN useradd --create-home --uid 10001 tuner \
    && mkdir -p /app /data/datasets /data/artifacts /data/mlflow \
    && chown -R tuner:tuner /app /data
USER tuner
WORKDIR /app
ENV KERAS_HOME=/data/datasets \
    TUNER_ARTIFACTS=/data/artifacts
VOLUME ["/data/datasets", "/data/artifacts", "/data/mlflow"]
CMD ["tune", "worker"]

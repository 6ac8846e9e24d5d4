#!/bin/sh
# Run once, by the PostgreSQL image, when its volume is new: MLflow keeps its tables beside the study database.
set -eu
psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" --command "CREATE DATABASE mlflow"

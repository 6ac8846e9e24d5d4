"""One resource a file: a request in, one call, an answer out."""

PREFIX = "/api/v1"

"""The picture of a study that people compare runs in."""

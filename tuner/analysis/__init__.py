"""Studies read back as tables."""

"""Where workers run: one port, and an adapter for each place."""

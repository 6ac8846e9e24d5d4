"""Many networks trained by one program, each of them as if it were alone."""

"""Studies of a server, from a machine that has only its address and a token."""

"""The HTTP service: what a person may ask, over the network."""

"""What a person would write with each peer, in that peer's documented style; for `benchmarks.time_to_accuracy`."""

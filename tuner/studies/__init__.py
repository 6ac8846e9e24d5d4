"""Studies: created, resumed, stopped; one trial from start to finish."""

"""Studies from Python: `tuner.start`, `tuner.open` and the `Study` that both give, in a script, a REPL or a notebook.

Leaves to others: every rule of a study (service, studies), figures and pictures (analysis). This is a front as the
command line is one: it takes what a person gives, asks, and shows.
"""

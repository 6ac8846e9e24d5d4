"""Studies from Python: `tuner.start`, `tuner.open` and the `Study` that both give, in a script, a REPL or a notebook.

Leaves to others: every rule of a study (service, studies), figures and pictures (analysis). This is a front as the
command line is one: it takes what a person gives, asks, and shows.
"""

import warnings

# tqdm's, when Optuna imports it in a notebook: that a widget for its progress bars is missing. None is shown here.
warnings.filterwarnings("ignore", message="IProgress not found")

"""What came of a study, as tables and pictures; nothing here writes to a study.

    import tuner.analysis

    trials = tuner.analysis.trials("sqlite:///tuner.db", "fashion_mnist-1")
    trials[trials.state == "complete"].groupby("params.optimizer").value.max()

`studies`, `trials`, `epochs` and `timeline` give pandas frames. All read SQL alone, while a study runs too; MLflow need
not be there.
"""

from tuner.analysis.results import epochs, studies, timeline, trials

__all__ = ["epochs", "studies", "timeline", "trials"]

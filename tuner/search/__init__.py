"""Between a search space and Optuna."""

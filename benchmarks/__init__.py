"""Figures that a person can measure again. Run from the repository's root: python -m benchmarks.chaos"""

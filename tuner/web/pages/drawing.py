"""Small pictures within a page's text, as SVG: a course, and how far something is.

Leaves to others: charts with axes (static/charts).
"""

from collections.abc import Mapping, Sequence

from markupsafe import Markup

_WIDTH, _HEIGHT = 120, 28
_MOST = 60

_SHARES = (
    ("complete", "done"),
    ("pruned", "pruned"),
    ("infeasible", "infeasible"),
    ("running", "running"),
    ("diverged", "bad"),
    ("out_of_memory", "bad"),
    ("failed", "bad"),
    ("given_up", "bad"),
    ("cancelled", "pruned"),
    ("skipped", "pruned"),
)
"""Of a study's trials, in this order: the state, and how it is drawn."""


def sparkline(values: Sequence[float], words: str) -> Markup:
    """A course. words: what it shows, for whoever does not see it."""
    if len(values) < 2:
        return Markup("")
    step = max(1, -(-len(values) // _MOST))
    shown = [*values[:-1:step], values[-1]]
    low, high = min(shown), max(shown)
    across = _WIDTH / (len(shown) - 1)
    spread = (high - low) or 1.0
    points = " ".join(
        f"{place * across:.1f},{_HEIGHT - 2 - (value - low) / spread * (_HEIGHT - 4):.1f}"
        for place, value in enumerate(shown)
    )
    return Markup(
        '<svg class="sparkline" viewBox="0 0 {} {}" preserveAspectRatio="none" role="img" aria-label="{}">'
        '<polyline points="{}"/></svg>'
    ).format(_WIDTH, _HEIGHT, words, points)


def progress(counts: Mapping[str, int], trials: int) -> Markup:
    """How far a study is: its trials by state. trials: its budget."""
    total = max(trials, sum(counts.get(state, 0) for state, _ in _SHARES), 1)
    told = ", ".join(f"{counts[state]} {state.replace('_', ' ')}" for state, _ in _SHARES if counts.get(state))
    bars, x = Markup(""), 0.0
    for state, drawn in _SHARES:
        share = 100 * counts.get(state, 0) / total
        # Also those of which there is none: where a study goes on, a script gives them their width.
        bars += Markup('<rect class="{}" data-share="{}" x="{}%" width="{}%" height="100%"/>').format(
            drawn, state, f"{x:.3f}", f"{share:.3f}"
        )
        x += share
    return Markup('<svg class="progress" role="img" aria-label="{}">{}</svg>').format(
        f"of {trials} trials: {told}" if told else f"none of {trials} trials has begun", bars
    )

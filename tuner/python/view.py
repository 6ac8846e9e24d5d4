"""How a study looks in a notebook: one HTML fragment, made anew at each refresh.

Owns: what it shows. It takes colours and type from the notebook, light or dark, and styles nothing but itself.
Leaves to others: when it is made (display), what is known of a study (studies).
"""

from collections.abc import Iterator, Sequence
from html import escape

from tuner.analysis import summary
from tuner.database.runs import CANCELLED, FAILED, INFEASIBLE, RunView
from tuner.database.studies import note_of
from tuner.formatting import duration, number, params_in_words, plural
from tuner.studies.status import StudyStatus

_MOST_RUNNING = 8
_WIDTH, _HEIGHT = 600, 84

_STYLE = """
.tuner-study{max-width:760px;font-size:13px;line-height:1.5;overflow-wrap:anywhere}
.tuner-study .tuner-row{display:flex;flex-wrap:wrap;gap:2px 14px;align-items:baseline}
.tuner-study .tuner-name{font-weight:600;font-size:15px}
.tuner-study .tuner-dim{opacity:.65}
.tuner-study .tuner-bar{height:6px;border-radius:3px;margin:6px 0;background:rgba(128,128,128,.25);overflow:hidden}
.tuner-study .tuner-bar i{display:block;height:100%;background:#1c7ed6}
.tuner-study svg{display:block;width:100%;height:auto;margin:6px 0}
.tuner-study .tuner-wide{overflow-x:auto}
.tuner-study table{border-collapse:collapse;margin:6px 0;font-size:12px;color:inherit;background:none}
.tuner-study th,.tuner-study td{padding:1px 12px 1px 0;text-align:left;border:0;background:none;color:inherit}
.tuner-study th{font-weight:400;opacity:.65}
.tuner-study td.tuner-figure,.tuner-study th.tuner-figure{text-align:right;font-variant-numeric:tabular-nums}
""".replace("\n", "")


def in_a_line(status: StudyStatus) -> str:
    """A study in a line of text: ``digits-1: running, 3 of 20 trials, best val_accuracy 0.9722 (trial 2)``."""
    study, ended = status.study, _ended(status)
    parts = [status.state, f"{ended} of {plural(study.trials, 'trial')}"]
    if status.stage:
        parts.append(status.stage)
    if status.best is not None and status.best.value is not None:
        best = f"best {summary.metric(status)} {number(status.best.value)} (trial {status.best.trial_number})"
        parts.append(best)
    if status.state == "running" and status.left_s is not None and not status.stage:
        parts.append(f"about {duration(status.left_s)} left")
    return f"{study.study_name}: {', '.join(parts)}"


def fragment(status: StudyStatus, trouble: str = "") -> str:
    """status: read with epochs. trouble: what ended or holds up its workers, in a line."""
    note = note_of(status.study)
    parts = [
        _head(status),
        f"<div>{escape(note)}</div>" if note else "",
        _bar(status),
        _sparkline(status),
        _best(status),
    ]
    if status.stage:
        parts.append(f"<div>{escape(status.stage)}</div>")
    parts.append(_running(status))
    lines = [*(f"{each.words}. {each.mend}" for each in status.passed_over), *([trouble] if trouble else [])]
    parts += [f"<div><b>{escape(line)}</b></div>" for line in lines]
    return f'<div class="tuner-study"><style>{_STYLE}</style>{"".join(parts)}</div>'


def _head(status: StudyStatus) -> str:
    study, counts = status.study, status.counts
    failed = sum(counts.get(state, 0) for state in FAILED)
    words = [f"{counts.get('complete', 0)} complete", f"{counts.get('pruned', 0)} pruned"]
    words += [f"{failed} failed"] if failed else []
    words += [f"{counts[INFEASIBLE]} infeasible"] if counts.get(INFEASIBLE) else []
    words += [f"{counts[CANCELLED]} cancelled"] if counts.get(CANCELLED) else []
    words += [f"{counts['running']} running"] if counts.get("running") else []
    time = [f"{duration(study.age_s)} gone"] if status.state in ("running", "stopping") else []
    if status.state == "running" and status.left_s is not None and not status.stage:
        time.append(f"about {duration(status.left_s)} left")
    if status.why_ended:
        time.append(status.why_ended)
    return _row(
        f'<span class="tuner-name">{escape(study.study_name)}</span>',
        f"<span>{status.state}</span>",
        f"<span>{_ended(status)} of {plural(study.trials, 'trial')}</span>",
        f'<span class="tuner-dim">{escape(", ".join(words))}</span>',
        f'<span class="tuner-dim">{escape(", ".join(time))}</span>' if time else "",
    )


def _bar(status: StudyStatus) -> str:
    share = 100 * _ended(status) / max(1, status.study.trials)
    return f'<div class="tuner-bar"><i style="width:{share:.1f}%"></i></div>'


def _best(status: StudyStatus) -> str:
    best = status.best
    if best is None or best.value is None:
        return ""
    named = f" ({escape(best.baseline)})" if best.baseline else ""
    test = summary.test_of(status)
    chosen = params_in_words(summary.searched(status, best.params))
    figures = f"<b>{escape(summary.metric(status))} {number(best.value)}</b>"
    if test is not None:
        figures += f", {escape(test.metric)} {number(test.value)}"
    return (
        _row(f"<span>best: {figures}</span>", f"<span>trial {best.trial_number}{named}, epoch {best.best_epoch}</span>")
        + f'<div class="tuner-dim">{escape(chosen)}</div>'
    )


def _running(status: StudyStatus) -> str:
    running = [trial for trial in status.trials if trial.state == "running"]
    if not running:
        starting = status.workers and status.state == "running" and not status.stage
        words = "workers are starting; importing the framework takes some seconds"
        return f'<div class="tuner-dim">{words}</div>' if starting else ""
    rows = "".join(_trial(status, trial) for trial in running[:_MOST_RUNNING])
    more = len(running) - _MOST_RUNNING
    head = "<th>trial</th>" + "".join(
        f'<th class="tuner-figure">{escape(each)}</th>' for each in ("epoch", summary.metric(status))
    )
    return (
        f'<div class="tuner-wide"><table><tr>{head}<th>configuration</th></tr>{rows}</table></div>'
        + (f'<div class="tuner-dim">and {more} more</div>' if more > 0 else "")
    )  # fmt: skip


def _trial(status: StudyStatus, trial: RunView) -> str:
    last = trial.epochs[-1].metrics.get(summary.metric(status)) if trial.epochs else None
    epochs = f"{len(trial.epochs)}/{trial.params.get('epochs', '?')}"
    label = "-" if trial.trial_number is None else trial.trial_number
    return (
        f'<tr><td>{label} {escape(trial.baseline)}</td><td class="tuner-figure">{escape(epochs)}</td>'
        f'<td class="tuner-figure">{number(last)}</td>'
        f"<td>{escape(params_in_words(summary.searched(status, trial.params)))}</td></tr>"
    )


def _sparkline(status: StudyStatus) -> str:
    """Each trial's value as trials ended, and the best so far: no axes, the figures stand beside it."""
    ended = sorted(
        (trial for trial in status.trials if trial.finished_at is not None and trial.value is not None),
        key=lambda trial: (trial.finished_at or 0.0, trial.ordinal),
    )
    if len(ended) < 2:
        return ""
    values = [trial.value or 0.0 for trial in ended]
    # What is far below the median would flatten all the rest.
    direction = summary.sign(status)
    best, middle = max(values, key=lambda each: direction * each), sorted(values)[len(values) // 2]
    reach = max(2.5 * abs(best - middle), 1e-12)
    heights = [max(0.0, 1 - abs(best - each) / reach) for each in values]
    step = (_WIDTH - 12) / max(1, len(values) - 1)
    places = [(6 + step * i, 8 + (_HEIGHT - 16) * (1 - height)) for i, height in enumerate(heights)]
    dots = "".join(
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{2.5 if trial.state == "complete" else 1.6}" '
        f'opacity="{0.9 if trial.state == "complete" else 0.4}"/>'
        for (x, y), trial in zip(places, ended, strict=True)
    )
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in _steps(places, ended))
    return (
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="values of the trials, as they ended">'
        f'<g fill="currentColor">{dots}</g>'
        f'<polyline points="{line}" fill="none" stroke="#e8590c" stroke-width="1.5"/></svg>'
    )


def _steps(places: Sequence[tuple[float, float]], ended: Sequence[RunView]) -> Iterator[tuple[float, float]]:
    """The best of the complete ones so far; higher up is better."""
    best: float | None = None
    for (x, y), trial in zip(places, ended, strict=True):
        if trial.state == "complete" and (best is None or y < best):
            if best is not None:
                yield x, best
            best = y
            yield x, best
    if best is not None:
        yield places[-1][0], best


def _ended(status: StudyStatus) -> int:
    return sum(trial.finalized for trial in status.trials)


def _row(*parts: str) -> str:
    return f'<div class="tuner-row">{"".join(parts)}</div>'

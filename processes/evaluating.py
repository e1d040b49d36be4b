"""`balai evaluate`: labelled questions put to the published guidance, and a table of what became of them."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bot import evaluation
from bot.evaluation import Outcome, Question
from bot.turns import Guide
from bot.understanding import understand


def questions_in(files: Iterable[Path], ids: str = "all") -> list[Question]:
    """The questions of all files; `ids` "odd" or "even" keeps those whose number is. Raises QuestionsInvalid."""
    every = [question for file in files for question in evaluation.read(file)]
    if ids == "all":
        return every
    return [question for question in every if _parity(question.id) == ids]


def ask(questions: Sequence[Question], guide: Guide) -> list[Outcome]:
    """Each question once, as if somebody wrote it as a first message."""
    return evaluation.ask(questions, lambda text: understand(text, None, guide), time.perf_counter)


def show(outcomes: Sequence[Outcome], console: Console) -> None:
    """Print the tables: figures by language, danger by kind of message, worst confusions, time."""
    console.print(_by_language(outcomes))
    console.print(_danger(outcomes))
    console.print(_confusions(outcomes))
    middle, slow = evaluation.times(outcomes)
    console.print(f"Time a message: median {middle * 1000:.2f} ms, 99 of 100 under {slow * 1000:.2f} ms")


def _by_language(outcomes: Sequence[Outcome]) -> Table:
    table = Table("messages", "n", *evaluation.FIGURES.values(), title=f"{len(outcomes)} questions")
    for name, some in evaluation.groups(outcomes).items():
        if some:
            table.add_row(name, str(len(some)), *_cells(evaluation.figures(some)))
    return table


def _cells(figures: Mapping[str, evaluation.Share]) -> list[str]:
    return [str(figures[name]) for name in evaluation.FIGURES]


def _danger(outcomes: Sequence[Outcome]) -> Table:
    table = Table("kind of message", "danger seen", "acted on", "asked about", title="Danger and false alarms")
    for kind, shares in evaluation.by_kind(outcomes).items():
        table.add_row(kind, str(shares["seen"]), str(shares["acted"]), str(shares["asked"]))
    return table


def _confusions(outcomes: Sequence[Outcome]) -> Table:
    table = Table("asked for", "shown first", "times", title="Worst confusions")
    for asked, shown, times in evaluation.confusions(outcomes):
        table.add_row(asked, shown, str(times))
    return table


def _parity(name: str) -> str:
    """ "odd" or "even" by the digits of an id; neither where it has none."""
    digits = "".join(char for char in name if char.isdigit())
    return ("even", "odd")[int(digits) % 2] if digits else ""

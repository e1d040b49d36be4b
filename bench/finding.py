"""How well messages find their article: the whole table, a learning curve, and what building and finding cost.

The baseline of the curve is the same finder with fewer phrasings; that of the time, a message put to the nearest
phrasing by the standard library (`difflib`), which is what a bot without a model does.
"""

from __future__ import annotations

import difflib
import random
import resource
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.console import Console

from bench import houses
from bot import evaluation
from content import finding, normalising, ranking
from content.phrasing import Phrasing
from processes import evaluating
from processes.guide import from_files

QUESTIONS = houses.ROOT.parent / "shared" / "questions"
STEPS = (5, 10, 20, 40, 80, 160)
KEPT_BACK = 5
"""Every fifth phrasing of an article is asked, never learnt."""
SECONDS_TO_BUILD = 30.0
MILLISECONDS = 3.0
MEGABYTES = 350.0


def measure() -> bool:
    """Print the tables; True when every floor holds."""
    good = [_cost()]
    _learning_curve()
    good.append(_shared_questions())
    return all(good)


def _shared_questions() -> bool:
    """The labelled questions, where they are at hand: all of them shown, the floors held on the even ids."""
    files = sorted(QUESTIONS.glob("*.jsonl"))
    if not files:
        print("\nNo labelled questions at hand.")
        return True
    guide = from_files(houses.ROOT / "var")
    print("\nLabelled questions, even ids (odd ids chose the thresholds)")
    outcomes = evaluating.ask(evaluating.questions_in(files, "even"), guide)
    evaluating.show(outcomes, Console(width=190))
    missed = evaluation.below(outcomes, evaluation.FLOORS)
    for line in missed:
        print(f"  below the floor: {line}")
    return not missed


def _learning_curve() -> None:
    """Phrasings per article against accuracy, on the phrasings kept back."""
    print("\nLearning curve: at most n phrasings an article (all languages), asked with the fifth kept back")
    known, asked = _split(from_files(houses.ROOT / "var").library.phrasings)
    for step, following in zip(STEPS, (*STEPS[1:], None), strict=True):
        some = _at_most(known, step)
        ranker = ranking.fit(_readings(some))
        first, three = _accuracy(ranker, asked)
        print(f"  {step:>4} ({len(some):>6} in all): first {first:.1%}, within three {three:.1%}")
        if following and len(_at_most(known, following)) == len(some):
            break


def _split(phrasings: Sequence[Phrasing]) -> tuple[list[Phrasing], list[Phrasing]]:
    """What is learnt, and what is asked; chosen by chance, always the same."""
    shuffled = sorted(phrasings)
    random.Random(5).shuffle(shuffled)
    kept_back = [each for n, each in enumerate(shuffled) if n % KEPT_BACK == 0 and not each.label.startswith("@")]
    asked = set(kept_back)
    return [each for each in shuffled if each not in asked], kept_back


def _at_most(phrasings: Sequence[Phrasing], most: int) -> list[Phrasing]:
    taken: dict[str, list[Phrasing]] = defaultdict(list)
    for each in phrasings:
        if len(taken[each.label]) < most:
            taken[each.label].append(each)
    return [each for some in taken.values() for each in some]


def _readings(phrasings: Sequence[Phrasing]) -> list[tuple[str, Sequence[str]]]:
    split = ((each, normalising.split_words(each.text)) for each in phrasings)
    return [(each.label, reading) for each, words in split for reading in finding.read(words, each.language)]


def _accuracy(ranker: ranking.Ranker, asked: Sequence[Phrasing]) -> tuple[float, float]:
    first = three = 0
    for each in asked:
        ranked = ranker.rank(finding.read(normalising.split_words(each.text), each.language), finding.ASIDE)
        best = [ranker.labels[n] for n in ranked.order if not ranker.labels[n].startswith("@")][:3]
        first += ranker.labels[ranked.order[0]] == each.label
        three += each.label in best
    return first / len(asked), three / len(asked)


def _cost() -> bool:
    """Building in a process of its own, finding, and the memory of a process that only finds."""
    print("\nWhat finding costs")
    guide = from_files(houses.ROOT / "var")
    phrasings = guide.library.phrasings
    seconds = _seconds_to_build()
    asked = [each.text for each in phrasings[:: max(1, len(phrasings) // 300)]]
    ours = _milliseconds(lambda text: guide.finder.find(text), asked)
    known = [each.text for each in phrasings]
    bare = _milliseconds(lambda text: difflib.get_close_matches(text, known, 1, 0.0), asked[:5])
    memory = _megabytes()
    print(f"  building {len(guide.library.slugs)} articles, {len(phrasings)} phrasings: {seconds:.1f} s of one core")
    print(
        f"  finding: median {ours:.2f} ms a message; nearest phrasing by difflib {bare:.0f} ms, {bare / ours:.0f} times"
    )
    print(f"  memory of a process that finds: {memory:.0f} MB")
    return seconds <= SECONDS_TO_BUILD and ours <= MILLISECONDS and memory <= MEGABYTES


def _seconds_to_build() -> float:
    """Processor seconds: other people use this machine too."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with houses.data_folder() as folder:
        path = Path(folder) / "finder.npz"
        subprocess.run([sys.executable, "-m", "processes.building", "files", str(path)], check=True)  # noqa: S603
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _milliseconds(find: Callable[[str], object], asked: Sequence[str]) -> float:
    times = []
    for text in asked:
        started = time.perf_counter()
        find(text)
        times.append(time.perf_counter() - started)
    return statistics.median(times) * 1000


def _megabytes() -> float:
    code = (
        "import resource, sys; from pathlib import Path; from processes.guide import from_files;"
        "guide = from_files(Path(sys.argv[1])); guide.finder.find('paspor hilang');"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)"
    )
    run = [sys.executable, "-c", code, str(houses.ROOT / "var")]
    return float(subprocess.run(run, capture_output=True, text=True, check=True).stdout)  # noqa: S603

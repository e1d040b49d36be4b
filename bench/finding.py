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
from bot.turns import Guide
from bot.understanding import understand
from content import contacts, finding, library, normalising, ranking
from content.library import Library
from content.phrasing import Phrasing
from processes import evaluating
from processes.guide import GUIDANCE, from_files

QUESTIONS = houses.ROOT.parent / "shared" / "questions"
STEPS = (5, 10, 20, 40, 80, 160)
KEPT_BACK = 5
"""Every fifth phrasing of an article is asked, never learnt."""
ASKED = 500
ARTICLES, PHRASINGS = 100, 8_000
"""The size that the floor of building is about."""
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
    files = _labelled()
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


def _labelled() -> list[Path]:
    return sorted(QUESTIONS.glob("*.jsonl"))


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
    """Building in a process of its own, understanding a message, and the memory of a process that holds a finder."""
    print("\nWhat finding costs, in time of one core")
    guide = from_files(houses.ROOT / "var")
    whole = _seconds("-m", "processes.building", "files")
    issue = _seconds("-c", "import sys; from bench import finding; finding.build_at_size(sys.argv[1])")
    ours, bare, asked = _milliseconds_to_understand(guide)
    memory = _megabytes()
    print(f"  building {ARTICLES} articles, {PHRASINGS} phrasings: {issue:.1f} s, at most {SECONDS_TO_BUILD:.0f}")
    print(
        f"  building all {len(guide.library.slugs)} articles, {len(guide.library.phrasings)} phrasings: {whole:.1f} s"
    )
    print(f"  understanding: median {ours:.2f} ms of {asked} messages never learnt, at most {MILLISECONDS:.0f}")
    print(f"  nearest phrasing by difflib: median {bare:.0f} ms, {bare / ours:.0f} times")
    print(f"  memory while a changed finder is taken over: {memory:.0f} MB, at most {MEGABYTES:.0f}")
    return issue <= SECONDS_TO_BUILD and ours <= MILLISECONDS and memory <= MEGABYTES


def _seconds(*python: str) -> float:
    """Processor seconds of a process that builds into a folder, its start included; others use this machine too."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with houses.data_folder() as folder:
        subprocess.run([sys.executable, *python, str(folder)], cwd=houses.ROOT, check=True)  # noqa: S603
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def build_at_size(folder: str) -> None:
    """A finder of the size that the floor is about, built and saved."""
    known = library.from_files(GUIDANCE, contacts.FILE)
    finding.build(*at_size(known, ARTICLES, PHRASINGS)).save(Path(folder) / "finder.npz")


def at_size(known: Library, articles: int, phrasings: int) -> tuple[list[Phrasing], dict[str, list[str]]]:
    """So many articles and phrasings: ours, chosen by chance, and where they are few, generated ones of equal share."""
    chance, titles = random.Random(13), dict(list(known.titles.items())[:articles])
    ours = [each for each in known.phrasings if each.label.startswith("@") or each.label in titles]
    words = sorted({word for each in ours for word in each.text.split()})
    generated: list[Phrasing] = []
    for number in range(articles - len(titles)):
        slug, own = f"generated-{number}", ["".join(chance.choices("abdegiklmnprstu", k=7)) for _ in range(6)]
        titles[slug] = [" ".join(own)]
        texts: set[str] = set()
        while len(texts) < phrasings // articles:
            texts.add(" ".join(chance.choices(own, k=4) + chance.choices(words, k=4)))
        generated += [Phrasing(slug, "id", text) for text in sorted(texts)]
    return chance.sample(ours, phrasings - len(generated)) + generated, titles


def _milliseconds_to_understand(guide: Guide) -> tuple[float, float, int]:
    """Median times of one message, ours and that of the baseline, and how many messages were asked."""
    known = guide.library.phrasings
    learnt, asked = unlearnt(known, _labelled())
    if len(learnt) < len(known):
        guide = Guide(guide.library, finding.build(learnt, guide.library.titles))
    texts = [each.text for each in learnt]
    ours = _milliseconds(lambda text: understand(text, None, guide), asked)
    bare = _milliseconds(lambda text: difflib.get_close_matches(text, texts, 1, 0.0), asked[:5])
    return ours, bare, len(asked)


def unlearnt(known: Sequence[Phrasing], files: Sequence[Path]) -> tuple[list[Phrasing], list[str]]:
    """What is learnt, and messages that are not: labelled questions where there are any, else phrasings kept back."""
    if files:
        texts = {each.text for each in known}
        return list(known), [each.text for each in evaluating.questions_in(files) if each.text not in texts]
    learnt, kept_back = _split(known)
    return learnt, [each.text for each in kept_back[:ASKED]]


def _milliseconds(read: Callable[[str], object], asked: Sequence[str]) -> float:
    """The median processor time, of all threads together."""
    times = []
    for text in asked:
        started = time.process_time()
        read(text)
        times.append(time.process_time() - started)
    return statistics.median(times) * 1000


def _megabytes() -> float:
    """What a process keeps that answers, with the finder of before still held while it takes over another."""
    code = (
        "import sys; from pathlib import Path; import psutil;"
        "from bot.understanding import understand; from processes.guide import from_files;"
        "guides = [from_files(Path(sys.argv[1])) for _ in range(2)];"
        "[understand('paspor saya hilang di Taiwan', None, guide) for guide in guides];"
        "print(psutil.Process().memory_info().rss / 1_000_000)"
    )
    run = [sys.executable, "-c", code, str(houses.ROOT / "var")]
    ended = subprocess.run(run, cwd=houses.ROOT, capture_output=True, text=True, check=True)  # noqa: S603
    return float(ended.stdout.split()[-1])

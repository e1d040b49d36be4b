"""The publish gate: seconds until the verdict on a phrasing that an editor adds, and until a running worker answers by it.

The baseline of the verdict is the same run with nothing remembered: both finders built, both asked every question. That of
going live is what a worker does without a gate, which builds the finder when the words are published already.
"""

from __future__ import annotations

import json
import random
import resource
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

from bench import houses
from bench.finding import ARTICLES, PHRASINGS, at_size
from centre.db import Database, open_database
from centre.privacy import Vault
from content import articles, contacts, files, heard, library, proposals, question_files, test_questions
from content.folders import ArticleFile, Guidance, Text
from content.judging import DANGER
from content.library import Library
from content.phrasing import Phrasing
from content.test_questions import Seed
from processes import gating, migrating, wiring
from processes.guide import GUIDANCE, GuideKeeper

QUESTIONS = 3_000
SECONDS_TO_VERDICT = 40.0
SECONDS_TO_LIVE = 2.0
LOOK = 1.0
"""Seconds between two looks of a worker."""
VAULT = Vault("a secret for measuring", [])


def measure() -> bool:
    """Print the table; True when both targets hold."""
    print(f"\nPublish gate: {ARTICLES} articles, {PHRASINGS} phrasings, {QUESTIONS} test questions; time of one core")
    with houses.data_folder() as folder:
        _furnish(folder)
        whole = _verdict(folder, "upah ane nyangkut di agen")
        keeper = GuideKeeper(_database(folder), folder)
        usual = _verdict(folder, "gajiku ditelan calo ndeso")
        started = time.process_time()
        keeper.refresh()
        live = time.process_time() - started + LOOK
        taken_over = keeper.guide.finder.find("gajiku ditelan calo ndeso").label is not None
        keeper.close()
    print(f"  the verdict: {usual:.1f} s, at most {SECONDS_TO_VERDICT:.0f}")
    print(f"  with nothing remembered: {whole:.1f} s, {whole / usual:.1f} times")
    print(f"  live after it: {live:.2f} s with a look a second, at most {SECONDS_TO_LIVE:.0f}")
    return usual <= SECONDS_TO_VERDICT and live <= SECONDS_TO_LIVE and taken_over


def judge(folder: str, text: str) -> None:
    """What an editor's phrasing sets off, from asking to the verdict; whatever it is, the phrasing is learnt then."""
    database = _database(Path(folder))
    with database.transaction() as session:
        made = proposals.propose(session, "gaji-tidak-dibayar", "id", text, "made", wiring.clock())
        proposals.accept(session, made.id, "ketut")
    gating.judge_all(database, Path(folder), wiring.clock)
    with database.transaction() as session:
        for each in proposals.unsettled(session):  # what was refused goes live all the same: the time is what counts
            heard.add(session, [Phrasing(each.label, each.language, each.text)])
            articles.raise_version(session)


def _verdict(folder: Path, text: str) -> float:
    """Processor seconds of a process that judges one phrasing, its start included."""
    code = "import sys; from bench import gating; gating.judge(*sys.argv[1:])"
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", code, str(folder), text], cwd=houses.ROOT, check=True)  # noqa: S603
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _furnish(folder: Path) -> None:
    known = library.from_files(GUIDANCE, contacts.FILE)
    guidance = _guidance(known)
    database = _database(folder)
    migrating.upgrade(database)
    with database.transaction() as session:
        articles.load(session, guidance, wiring.clock())
        test_questions.seed(session, _questions(guidance), wiring.clock())
    database.engine.dispose()


def _guidance(known: Library) -> Guidance:
    """Ours and generated articles, so many in all, with so many phrasings."""
    phrasings, titles = at_size(known, ARTICLES, PHRASINGS)
    ours = files.read(GUIDANCE).articles
    pattern = next(iter(ours.values()))
    made = {slug: ours.get(slug) or _generated(slug, own, pattern) for slug, own in titles.items()}
    heard: dict[str, list[Phrasing]] = {slug: [] for slug in made}
    for each in phrasings:
        if each.label in heard:
            heard[each.label].append(each)
    return Guidance({slug: replace(article, phrasings=tuple(heard[slug])) for slug, article in made.items()})


def _generated(slug: str, titles: list[str], pattern: ArticleFile) -> ArticleFile:
    text = Text("id", titles[0], slug[:20], "Jawaban pendek.", "Rinciannya.")
    return replace(pattern, slug=slug, texts={"id": text}, related=())


def _questions(guidance: Guidance) -> list[Seed]:
    """Those that come with the program, filled up with danger and phrasings mistyped twice."""
    known = {(each.label, each.text): each for each in question_files.every(guidance)}
    chance = random.Random(7)
    more = [each for article in guidance.articles.values() for each in article.phrasings]
    while len(known) < QUESTIONS:
        each = chance.choice(more)
        text = question_files.mistyped(question_files.mistyped(each.text + " ya bu"))
        known[each.label, text] = Seed(each.label, each.language, text, "typo")
    kept = sorted(known.values(), key=lambda each: (each.label != DANGER, json.dumps([each.label, each.text])))
    return kept[:QUESTIONS]


def _database(folder: Path) -> Database:
    return open_database(f"sqlite:///{folder / 'balai.db'}", VAULT)

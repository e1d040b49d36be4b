"""`python -m processes.gating`: judge what waits at the publish gate, and end.

As building a finder (docs/decisions/0007), judging needs half a minute and much memory, so that it is done in a process of
its own while editors and families go on. The finder that is built for a candidate is kept: publishing it makes it live.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot import evaluation, understanding, words
from bot.turns import Guide
from bot.understanding import understand
from centre.db import Database
from content import articles, candidates, danger, files, gates, judging, library, proposals, table_files, test_questions
from content import contacts as contact_book
from content.candidates import Candidate
from content.folders import Guidance
from content.judging import Question, Reached, Verdict
from content.library import Library
from processes import guide, wiring
from processes.settings import Settings, read_settings

TOLD_EVERY = 2.0
"""Seconds between two words of progress to the database."""
REST = 30
"""Looks without a start after a process that brought nothing."""

log = structlog.get_logger()
Clock = Callable[[], datetime]


@dataclass
class Progress:
    """How far it has come; told to whoever waits by another thread."""

    stage: str = "learning"
    asked: int = 0
    of: int = 0


class Gatekeeper:
    """Sees to it that somebody judges: `look` is called every second or two in every worker."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock
        self._judge: subprocess.Popen[bytes] | None = None
        self._rests = 0

    def look(self) -> None:
        """Start the process that judges where something waits and none of ours is at work."""
        if self._judge and self._judge.poll() is None:
            return
        if self._judge and self._judge.returncode:
            self._rests = REST
        self._judge, self._rests = None, max(0, self._rests - 1)
        if not self._rests and anything_waits(self._database, self._clock()):
            self._judge = subprocess.Popen([sys.executable, "-m", "processes.gating"])  # noqa: S603 - our own module

    def close(self) -> None:
        """Leave none behind: what it was judging is taken up again when its lease is over."""
        if self._judge and self._judge.poll() is None:
            self._judge.terminate()


def anything_waits(database: Database, now: datetime) -> bool:
    """A look without a lock: a candidate to be judged, or phrasings to be asked for?"""
    with database.reading() as session:
        return gates.any_waits(session, now) or proposals.any_to_ask_for(session)


def judge_all(database: Database, data: Path, clock: Clock) -> int:
    """Judge until nothing waits; gives how many verdicts there were."""
    judged = 0
    while True:
        with database.transaction() as session:
            proposals.ask(session, clock())
        if not judge_next(database, data, clock):
            return judged
        judged += 1


def judge_next(database: Database, data: Path, clock: Clock) -> bool:
    """Judge the candidate that has waited longest; False where none does."""
    with database.transaction() as session:
        run = gates.claim(session, clock())
        if run is None:
            return False
        run_id, attempt, candidate = run.id, run.attempts, gates.candidate_of(run)
    progress = Progress()
    try:
        with _telling(database, run_id, attempt, progress, clock):
            verdict = _judge(database, data, candidate, progress)
        with database.transaction() as session:
            finished = gates.finish(session, run_id, attempt, verdict, clock())
            proposals.settle(session, finished, clock())
        log.info("gate.judged", run=run_id, asked=verdict.asked, lost=len(verdict.lost))
    except gates.LeaseLost:
        log.warning("gate.lease_lost", run=run_id)
    except Exception as error:  # noqa: BLE001 - whatever it was, others wait too
        log.error("gate.failed", run=run_id, error=type(error).__name__)
        with suppress(gates.LeaseLost), database.transaction() as session:
            gates.fail(session, run_id, attempt, type(error).__name__)
    return True


def _judge(database: Database, data: Path, candidate: Candidate, progress: Progress) -> Verdict:
    with database.reading() as session:
        published = articles.export(session)
        questions = test_questions.every(session)
    progress.of = len(questions)
    after = Asked(_library(candidates.stand_in(published, candidate)), data)
    before = Asked(_library(published), data)
    for each in (after, before):
        each.get_ready(questions)
    progress.stage = "asking"

    def told(asked: int) -> None:
        progress.asked = asked

    verdict = judging.judge(before.reach, after.reach, questions, told)
    for each in (after, before):
        each.remember()
    return verdict


def _library(guidance: Guidance) -> Library:
    return Library(guidance, contact_book.read(), talk=files.talk_phrasings(library.TALK), tables=table_files.ours())


class Asked:
    """What somebody would see who writes to the bot that knows this guidance.

    What its finder was asked before is remembered beside it: the guidance of now is judged against again and again, and
    then nothing has to be asked or even loaded.
    """

    def __init__(self, known: Library, data: Path) -> None:
        self._known, self._data = known, data
        self._guide: Guide | None = None
        self._path = guide.folder_of_judged(data) / f"{guide.fingerprint_of(known)}-{_code()}.json"
        self._reached = _read(self._path)

    def get_ready(self, questions: Iterable[Question]) -> None:
        """Load the finder, or build it where there is none yet; nothing where all is remembered."""
        if self._guide is None and not self._reached.keys() >= {question.text for question in questions}:
            self._guide = Guide(self._known, guide.judged(self._known, self._data))

    def reach(self, text: str) -> Reached:
        """What its writer would see."""
        if text not in self._reached:
            assert self._guide, "made ready for other questions"
            self._reached[text] = seen(text, self._guide)
        return self._reached[text]

    def remember(self) -> None:
        """Keep it for the next time."""
        if self._guide is None:
            return
        rows = {text: [reached.kind, reached.shown] for text, reached in sorted(self._reached.items())}
        with suppress(OSError):  # where the folder cannot be written it is asked again
            part = self._path.with_suffix(".part")
            part.write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
            part.replace(self._path)


def _read(path: Path) -> dict[str, Reached]:
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
        return {text: Reached(kind, tuple(shown)) for text, (kind, shown) in rows.items()}
    except (OSError, ValueError, AttributeError):
        return {}


def seen(text: str, known: Guide) -> Reached:
    """What somebody sees who writes this as a first message."""
    understood = understand(text, None, known)
    if understood.danger:
        return Reached(understood.danger.level)
    if understood.kind == "answer" and understood.slug:
        return Reached("answer", (understood.slug,))
    return Reached(understood.kind, understood.choices[: evaluation.SHOWN_AT_MOST])


def _code() -> str:
    """The mark of the code between a finder and what somebody sees."""
    modules = (understanding, danger, words)
    digest = hashlib.sha256(b"".join(Path(str(each.__file__)).read_bytes() for each in modules))
    return digest.hexdigest()[:8]


@contextmanager
def _telling(database: Database, run_id: int, attempt: int, progress: Progress, clock: Clock) -> Iterator[None]:
    """Meanwhile tell how far it is, which also says that we are alive; somebody else's run is left to them."""
    is_over = threading.Event()

    def tell() -> None:
        while not is_over.wait(TOLD_EVERY):
            with suppress(SQLAlchemyError, gates.LeaseLost), database.transaction() as session:
                gates.go_on(
                    session, run_id, attempt, clock(), stage=progress.stage, asked=progress.asked, of=progress.of
                )

    teller = threading.Thread(target=tell, name="telling", daemon=True)
    teller.start()
    try:
        yield
    finally:
        is_over.set()
        teller.join()


def main(settings: Settings) -> None:
    """Judge what waits with these settings."""
    wiring.log_to_stderr()
    database = wiring.database(settings)
    judge_all(database, settings.data, wiring.clock)
    database.engine.dispose()


if __name__ == "__main__":
    main(read_settings())

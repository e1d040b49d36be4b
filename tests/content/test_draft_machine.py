"""Whatever four people press in whatever order: nothing goes live that nobody read, or that its own writer passed."""

from __future__ import annotations

import shutil
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from centre.db import Database, open_database
from content import articles, drafts, gates, subjects, timed_drafts
from content.article_records import Revision
from content.contacts import Contact
from content.draft_records import ArticleDraft, State
from content.drafts import Wanted
from content.files import Guidance
from tests.conftest import VAULT
from tests.content.conftest import NOW
from tests.content.judged import judged

PEOPLE = ("wayan", "ketut", "rohani", "sari")
REFUSALS = (
    drafts.NoSuchDraft,
    drafts.DraftOpen,
    drafts.ChangedMeanwhile,
    drafts.PublishedMeanwhile,
    drafts.NotNow,
    drafts.OwnWords,
    gates.NotJudged,
    gates.WouldLose,
)


def machine(template: Path, seed: Guidance, contacts: dict[str, Contact]) -> type[RuleBasedStateMachine]:
    class Editing(RuleBasedStateMachine):
        """One article, its drafts, and what became live."""

        @initialize()
        def open(self) -> None:
            self.folder = Path(tempfile.mkdtemp())
            shutil.copy(template, self.folder / "balai.db")
            self.database: Database = open_database(f"sqlite:///{self.folder / 'balai.db'}", VAULT)
            self.number, self.seen = 0, 0
            self.wrote: dict[str, set[str]] = {}
            self.accepted: set[str] = set()
            with self.database.transaction() as session:
                articles.load(session, seed, NOW)
                self.live = {session.query(Revision).filter_by(id=1).one().digest}

        def _try(self, deed: Any) -> None:
            try:
                with self.database.transaction() as session:
                    deed(session)
            except REFUSALS:
                pass

        @rule(who=st.sampled_from(PEOPLE), words=st.integers(0, 3), late=st.booleans())
        def write(self, who: str, words: int, late: bool) -> None:
            def deed(session: Any) -> None:
                article = articles.one(session, "cek-agen")
                text, subject = article.source_text, subjects.kept(article)
                wanted = Wanted(text.title, text.label, f"Izin {words}. [CEK-01]", text.body, subject)
                found = drafts.open_of(session, "cek-agen", "id")
                if found is None:
                    made = drafts.begin(session, "cek-agen", "id", wanted, who, NOW)
                else:
                    before = found.text.revision
                    made = drafts.change(session, found.id, found.edits - late, wanted, who, NOW)
                    if made.text.revision == before:
                        return
                writers = self.wrote.get("open", set()) if found else set()
                self.wrote["open"] = {*writers, who}
                self.number, self.seen = made.id, made.edits
                self.accepted.discard(made.text.revision)

            self._try(deed)

        @rule(who=st.sampled_from(PEOPLE), late=st.booleans())
        def send(self, who: str, late: bool) -> None:
            self._try(lambda session: drafts.send(session, self.number, self.seen - late, who, contacts, NOW))

        @rule(who=st.sampled_from(PEOPLE), late=st.booleans())
        def accept(self, who: str, late: bool) -> None:
            def deed(session: Any) -> None:
                draft = drafts.accept(session, self.number, self.seen - late, who, NOW)
                assert not late
                assert who not in self.wrote["open"]
                self.accepted.add(draft.text.revision)

            self._try(deed)

        @rule(who=st.sampled_from(PEOPLE))
        def send_back(self, who: str) -> None:
            self._try(lambda session: drafts.send_back(session, self.number, who, "Lagi.", NOW))

        @rule(who=st.sampled_from(PEOPLE), is_judged=st.booleans())
        def publish(self, who: str, is_judged: bool) -> None:
            def deed(session: Any) -> None:
                if is_judged:
                    judged(session, drafts.held(session, self.number), NOW)
                made = drafts.publish(session, self.number, self.seen, who, contacts, NOW)
                assert who not in self.wrote["open"]
                assert made.digest in self.accepted
                self.live.add(made.digest)

            self._try(deed)

        @rule(words=st.integers(0, 3), hours=st.sampled_from([None, 1, 2]))
        def bring_far(self, words: int, hours: int | None) -> None:
            """As it usually goes, so that the rare deeds meet drafts that have come far."""
            self.write("wayan", words, late=False)
            self.send("wayan", late=False)
            self.accept("rohani", late=False)
            self.set_time("rohani", hours)

        @rule(who=st.sampled_from(PEOPLE), hours=st.sampled_from([None, 1, 2]))
        def set_time(self, who: str, hours: int | None) -> None:
            at = NOW + timedelta(hours=hours) if hours else None
            self._try(lambda session: timed_drafts.set_time(session, self.number, self.seen, who, at, NOW))

        @rule(who=st.sampled_from(PEOPLE))
        def catch_up(self, who: str) -> None:
            def deed(session: Any) -> None:
                drafts.catch_up(session, self.number, self.seen, who, NOW)
                self.seen += 1
                self.accepted.discard(drafts.held(session, self.number).text.revision)

            self._try(deed)

        @rule(who=st.sampled_from(PEOPLE))
        def drop(self, who: str) -> None:
            self._try(lambda session: drafts.drop(session, self.number, who, NOW))

        @invariant()
        def only_what_was_published_is_live(self) -> None:
            if not hasattr(self, "database"):
                return
            with self.database.reading() as session:
                assert articles.published_of(session, "cek-agen")["id"].digest in self.live
                rows = session.query(ArticleDraft).all()
                assert sum(row.is_open for row in rows) <= 1
                assert all((row.open_key is not None) == row.is_open for row in rows)
                assert all(row.publish_at is None or row.state == State.ACCEPTED for row in rows)

        def teardown(self) -> None:
            if hasattr(self, "database"):
                self.database.engine.dispose()
                shutil.rmtree(self.folder)

    return Editing


def test_whatever_is_pressed_in_whatever_order(
    sqlite_template: Path, seed: Guidance, contacts: dict[str, Contact], pytestconfig: pytest.Config
) -> None:
    checks = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
    run_state_machine_as_test(
        machine(sqlite_template, seed, contacts),
        settings=settings(
            max_examples=10, stateful_step_count=16, deadline=None, derandomize=True, suppress_health_check=checks
        ),
    )

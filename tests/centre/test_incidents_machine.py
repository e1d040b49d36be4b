"""However troubles come and go, in whatever order they are seen, and with a clock that jumps back: one of each kind and
subject, no end without calm, and no flood of messages.

Hypothesis plays them, the same walks in every run. BALAI_TEST_WALKS: more of them.
"""

from __future__ import annotations

import os
from contextlib import ExitStack, suppress
from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from centre import incident_tellings, incidents
from centre.db import Database
from centre.incidents import Incident, Kind

NOON = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
TROUBLES = [(Kind.CHANNEL_REFUSED, "telegram"), (Kind.QUEUE_OLD, "inbox"), (Kind.CANNOT_OPEN, "messages")]
TROUBLE = st.sampled_from(TROUBLES)
LATER = st.sampled_from([timedelta(minutes=m) for m in (1, 3, 9, 11, 45, 130, 6 * 60, 30 * 60, -40)])


class House(RuleBasedStateMachine):
    """A house in which things break and are mended, and somebody who is told."""

    database: Database

    @initialize()
    def begin(self) -> None:
        self.opened = ExitStack()
        self.session = self.opened.enter_context(self.database._session(self.database.engine))
        self.now = self.latest = NOON
        self.last_bad: dict[tuple[str, str], datetime] = {}
        self.told: dict[int, list[tuple[datetime, str]]] = {}

    def teardown(self) -> None:
        with suppress(AttributeError):
            self.session.rollback()
            self.opened.close()

    @rule(trouble=TROUBLE, times=st.integers(1, 3))
    def is_seen(self, trouble: tuple[Kind, str], times: int) -> None:
        for _ in range(times):
            incident = incidents.report(self.session, *trouble, self.now)
        assert (incident.ended_at, incident.well_since) == (None, None)
        self.last_bad[trouble] = self.now

    @rule(trouble=TROUBLE)
    def is_well(self, trouble: tuple[Kind, str]) -> None:
        incidents.mend(self.session, *trouble, self.now)
        self._no_end_without_calm()

    @rule(later=LATER)
    def time_passes(self, later: timedelta) -> None:
        self.now += later
        incidents.settle(self.session, self.now)
        self._no_end_without_calm()

    @rule(someone=st.booleans())
    def somebody_is_told(self, someone: bool) -> None:
        for number in incident_tellings.due(self.session, self.now):
            held = incident_tellings.hold(self.session, number, self.now)
            assert held, "what is due can be told"
            incident, stage = held
            incident_tellings.told(self.session, incident, stage, int(someone), self.now)
            if someone:
                self.told.setdefault(number, []).append((self.now, stage))
        if someone:
            assert not incident_tellings.due(self.session, self.now), "nothing is told twice"

    def _no_end_without_calm(self) -> None:
        for incident in self.session.scalars(select(Incident).where(Incident.ended_at == self.now)):
            trouble = (Kind(incident.kind), incident.subject)
            assert incident.opened_at is not None
            assert incident.well_since is not None
            assert incident.well_since >= min(self.last_bad[trouble], self.now)
            assert self.now - incident.well_since >= incidents.calm_of(incident)

    @invariant()
    def one_stands_of_each(self) -> None:
        if not hasattr(self, "session"):
            return
        standing = self.session.execute(
            select(Incident.kind, Incident.subject).where(Incident.ended_at.is_(None))
        ).all()
        assert len(standing) == len(set(standing))

    @invariant()
    def openings_and_ends_take_turns(self) -> None:
        for tellings in getattr(self, "told", {}).values():
            stages = [stage for _, stage in tellings]
            assert stages[0] == "open"
            assert stages.count("long") <= 1
            turns = [stage for stage in stages if stage != "long"]
            assert all(turns[i] != turns[i + 1] for i in range(len(turns) - 1))


def test_troubles_come_and_go(sqlite_database: Database) -> None:
    House.database = sqlite_database
    walks = int(os.environ.get("BALAI_TEST_WALKS", "20"))
    run_state_machine_as_test(
        House,
        settings=settings(
            max_examples=walks,
            stateful_step_count=25,
            deadline=None,
            derandomize="BALAI_TEST_WALKS" not in os.environ,
            database=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )

"""What Prometheus reads: right with several processes, the same for all, and named in rules, dashboard and manual alike."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import select

from centre import answers, inbox, incidents, last_runs, outbox, tallies, tally_taking
from centre.conversations import Sender
from centre.db import Database
from centre.inbox import InboxEvent, Received
from centre.incidents import Kind
from centre.messages import Incoming, Outgoing
from processes import counting, metrics
from processes.metering import Meter
from tests.centre.alerted import chat

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
DOCS = Path(__file__).parents[2] / "docs"
NAMES = re.compile(r"\bbalai_[a-z_]+")


def seconds(count: float) -> timedelta:
    return timedelta(seconds=count)


def figures(database: Database, now: datetime = NOW, folder: Path = DOCS) -> dict[tuple[str, ...], float]:
    """(name, label values …) → value."""
    text = metrics.measure(database, now, {"data": folder}).decode()
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def answered(database: Database, number: str, took: float | None, channel: str = "telegram") -> None:
    """Sari asks; her answer is handed over after so many seconds, or not at all."""
    sari = Received(channel, number, Sender(channel, (("phone", number),)), Incoming("text", "halo"))
    with database.transaction() as session:
        inbox.receive(session, [sari], NOW)
        event = session.scalars(select(InboxEvent).order_by(InboxEvent.id.desc())).first()
        assert event
        rows = outbox.queue(
            session, chat(session, number, NOW, channel=channel), f"event:{event.id}", [Outgoing("Halo")], NOW
        )
        if took is not None:
            for row in rows:
                row.state, row.sent_at = outbox.State.SENT, NOW + seconds(took)


def begin_counting(database: Database) -> None:
    counting.tally(database, lambda: NOW)


def test_how_long_answers_take(database: Database) -> None:
    begin_counting(database)
    for number, took in (("1", 0.2), ("2", 1.5), ("3", 1.9), ("4", 45), ("5", None)):
        answered(database, number, took)
    answered(database, "6", 0.1, "whatsapp")
    assert counting.tally(database, lambda: NOW + seconds(60)) == 0, "too young to be settled"
    for _ in range(3):
        counting.tally(database, lambda: NOW + seconds(121))
    found = figures(database)
    steps = {
        step: found["balai_answer_seconds_bucket", "telegram", step] for step in ("0.5", "1.0", "2.0", "60.0", "+Inf")
    }
    assert steps == {"0.5": 1, "1.0": 1, "2.0": 3, "60.0": 4, "+Inf": 5}, "each once, however often it is looked at"
    assert found["balai_answer_seconds_count", "whatsapp"] == 1
    assert found["balai_answer_seconds_sum", "telegram"] == pytest.approx(0.2 + 1.5 + 1.9 + 45 + 121)


def test_what_we_say_ourselves_is_no_answer(database: Database) -> None:
    begin_counting(database)
    with database.transaction() as session:
        outbox.queue(session, chat(session, "1", NOW), "notice:1", [Outgoing("Besok")], NOW)
        outbox.queue(session, chat(session, "1", NOW), "event:1:set-aside", [Outgoing("Sebentar")], NOW)
    assert counting.tally(database, lambda: NOW + seconds(200)) == 2
    assert not [each for each in figures(database) if each[0].startswith("balai_answer_seconds")]


def test_how_sure_the_bot_was(database: Database) -> None:
    begin_counting(database)
    with database.transaction() as session:
        sari = chat(session, "1", NOW)
        for kind, confidence in (("answer", 0.95), ("answer", 0.62), ("none", 0.05)):
            answers.record(session, sari, kind=kind, slug=None, language="id", confidence=confidence, now=NOW)
    counting.tally(database, lambda: NOW + seconds(121))
    found = figures(database)
    assert [found["balai_finding_confidence_count", kind] for kind in ("answer", "none")] == [2, 1]
    assert found["balai_finding_confidence_bucket", "answer", "0.7"] == 1
    assert found["balai_finding_confidence_bucket", "none", "0.1"] == 1


def test_what_there_was_before_counting_began_is_passed_over(database: Database) -> None:
    answered(database, "1", 0.2)
    begin_counting(database)
    assert counting.tally(database, lambda: NOW + seconds(200)) == 0


def test_calls_of_several_processes_are_counted_together(database: Database) -> None:
    for _ in range(3):
        meter = Meter()
        meter.called("telegram", "sent")
        meter.called("telegram", "sent")
        meter.refused("whatsapp", "forged")
        meter.add_to(database)
        meter.add_to(database)
    found = figures(database)
    assert found["balai_calls_total", "telegram", "sent"] == 6
    assert found["balai_webhooks_refused_total", "whatsapp", "forged"] == 3


def test_what_could_not_be_added_is_added_later(sqlite_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    meter = Meter()
    meter.called("telegram", "sent")
    with monkeypatch.context() as broken:
        broken.setattr(tallies, "add", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            meter.add_to(sqlite_database)
    meter.add_to(sqlite_database)
    assert figures(sqlite_database)["balai_calls_total", "telegram", "sent"] == 1


def test_what_was_never_done_has_no_age(database: Database) -> None:
    with database.transaction() as session:
        last_runs.enter(session, last_runs.BACKUP, NOW - seconds(90))
        incidents.report(session, Kind.CHANNEL_REFUSED, "telegram", NOW)
    found = figures(database)
    assert found[("balai_backup_age_seconds",)] == 90
    assert ("balai_retention_age_seconds",) not in found
    assert found["balai_incidents_open", "channel_refused"] == 1
    assert found["balai_incidents_open", "disk_low"] == 0
    assert 0 < found["balai_disk_free_ratio", "data"] <= 1


@pytest.fixture
def everything(sqlite_database: Database) -> str:
    """All figures of a house in which everything has happened once."""
    begin_counting(sqlite_database)
    answered(sqlite_database, "1", 1)
    with sqlite_database.transaction() as session:
        answers.record(session, chat(session, "2", NOW), kind="none", slug=None, language="id", confidence=0.1, now=NOW)
        for name in metrics.RUNS:
            last_runs.enter(session, name, NOW)
    counting.tally(sqlite_database, lambda: NOW + seconds(121))
    meter = Meter()
    meter.called("telegram", "sent")
    meter.refused("telegram", "forged")
    meter.add_to(sqlite_database)
    return metrics.measure(sqlite_database, NOW, {"data": DOCS}).decode()


def rules() -> dict[str, str]:
    (group,) = yaml.safe_load((DOCS / "alerts.yaml").read_text())["groups"]
    return {rule["alert"]: rule["expr"] for rule in group["rules"]}


def test_rules_and_dashboard_name_what_is_there(everything: str) -> None:
    known = {sample.name for family in text_string_to_metric_families(everything) for sample in family.samples}
    known |= {"balai"}  # the name of the job
    panels = json.loads((DOCS / "dashboard.json").read_text())["panels"]
    asked = [*rules().values(), *(target["expr"] for panel in panels for target in panel["targets"])]
    assert {name for expr in asked for name in NAMES.findall(expr)} - known == set()
    labels = {label for expr in asked for label in re.findall(r'(\w+)=~?"', expr)} - {"job"}
    assert labels <= set(re.findall(r'[{,](\w+)="', everything))


def test_the_manual_explains_every_figure_and_every_rule(everything: str) -> None:
    manual = (DOCS / "operating.md").read_text()
    families = {family.name for family in text_string_to_metric_families(everything)}
    explained = {name.removesuffix("_total") for name in re.findall(r"`(balai_\w+)`", manual)}
    assert families - explained == set()
    to_do = dict(re.findall(r"^\| `(Balai\w+)` \| (.+) \|$", manual, re.M))
    assert set(to_do) == set(rules())


def test_every_figure_is_on_the_dashboard(everything: str) -> None:
    board = (DOCS / "dashboard.json").read_text()
    families = {family.name for family in text_string_to_metric_families(everything)}
    assert [name for name in sorted(families) if name not in board] == []


def test_no_label_names_anybody(everything: str) -> None:
    values = set(re.findall(r'="([^"]*)"', everything))
    assert not {value for value in values if re.search(r"[0-9]{5}", value)}
    assert tally_taking.BEYOND in values

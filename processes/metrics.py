"""What an operator watches, for Prometheus: how much waits and since when, how answers fare, which troubles stand.

Everything is read from the database, so it is the same from every web process; only disk and clock are this machine's. Each
question goes to an index of what is open, or to running totals, so a scrape costs the same in a house of any age. No label
names anybody. Every name here stands in docs/operating.md.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy.orm import Session

from centre import (
    case_records,
    census_requests,
    clocks,
    heartbeats,
    inbox,
    incidents,
    last_runs,
    mails,
    outbox,
    tallies,
)
from centre.db import Database
from centre.tally_taking import (
    ANSWER_MS,
    ANSWERS,
    BEYOND,
    CONFIDENCES,
    FOUND,
    FOUND_SUM,
    SECONDS,
)
from processes.metering import CALLS, REFUSED

RUNS = (last_runs.BACKUP, last_runs.RETENTION)


def measure(database: Database, now: datetime, folders: Mapping[str, Path]) -> bytes:
    """All figures, as Prometheus reads them. `folders`: those whose disk is measured, by what is kept there."""
    with database.reading() as session:
        told = clocks.of_database(session)
        metrics = [*_waiting(session, now), *_lost(session, now), *_promises(session, now), *_totals(session)]
        metrics += [*_runs(session, now), *_troubles(session)]
    offset = abs((now - told).total_seconds()) if told else 0.0
    metrics += [_gauge("balai_clock_offset_seconds", "How far this machine's clock is from the database's", offset)]
    metrics += [*_disks(folders)]
    registry = CollectorRegistry()
    registry.register(_Measured(metrics))
    return generate_latest(registry)


@dataclass(eq=False)
class _Measured(Collector):
    metrics: list[Metric]

    def collect(self) -> Iterator[Metric]:
        yield from self.metrics


def _waiting(session: Session, now: datetime) -> Iterator[Metric]:
    for name, (count, oldest) in {"inbox": inbox.backlog(session), "outbox": outbox.backlog(session)}.items():
        age = (now - oldest).total_seconds() if oldest else 0.0
        yield _gauge(f"balai_{name}_waiting", f"Messages waiting in the {name}", count)
        yield _gauge(f"balai_{name}_oldest_seconds", f"Age of the oldest in the {name}", age)
    seen = heartbeats.last_seen(session)
    since = (now - seen).total_seconds() if seen else float("inf")
    yield _gauge("balai_worker_seen_seconds", "Since a worker was last seen", since)


def _lost(session: Session, now: datetime) -> Iterator[Metric]:
    yield _gauge("balai_for_staff", "Messages that staff must look at", inbox.waiting_for_staff(session))
    yield _gauge("balai_undelivered", "Replies that could not be delivered", outbox.count_lost(session))
    yield _gauge("balai_mails_failed", "Mails to staff given up within a day", mails.failed_lately(session, now))


def _promises(session: Session, now: datetime) -> Iterator[Metric]:
    """Deadlines that are missed as things stand."""
    late_cases, late_requests = case_records.count_late(session, now), census_requests.count_late(session, now)
    yield _gauge("balai_cases_late", "Open cases whose promised time is over", late_cases)
    yield _gauge("balai_requests_late", "Wishes about one's data beyond the legal 72 hours", late_requests)


def _totals(session: Session) -> Iterator[Metric]:
    totals = tallies.read(session)
    yield _counter("balai_calls", "Calls to a channel", ("channel", "outcome"), totals.get(CALLS, {}))
    refused = totals.get(REFUSED, {})
    yield _counter("balai_webhooks_refused", "Webhook requests not taken", ("channel", "why"), refused)
    yield _histogram(
        "balai_answer_seconds",
        "From when a message came in until its answer was handed to the platform",
        "channel",
        SECONDS,
        totals.get(ANSWERS, {}),
        totals.get(ANSWER_MS, {}),
    )
    yield _histogram(
        "balai_finding_confidence",
        "How sure the finder was, by what was answered",
        "kind",
        CONFIDENCES,
        totals.get(FOUND, {}),
        totals.get(FOUND_SUM, {}),
    )


def _runs(session: Session, now: datetime) -> Iterator[Metric]:
    """Left out where it was never done: nobody should take that for an age."""
    for name in RUNS:
        done = last_runs.when(session, name)
        if done:
            age = (now - done).total_seconds()
            yield _gauge(f"balai_{name}_age_seconds", f"Since the last {name} that was done to its end", age)


def _troubles(session: Session) -> Iterator[Metric]:
    family = GaugeMetricFamily("balai_incidents_open", "Troubles that stand in the list", labels=["kind"])
    for kind, number in incidents.open_by_kind(session).items():
        family.add_metric([kind], number)
    yield family


def _disks(folders: Mapping[str, Path]) -> Iterator[Metric]:
    family = GaugeMetricFamily(
        "balai_disk_free_ratio", "Share of the disk left free on this machine", labels=["folder"]
    )
    for name, folder in folders.items():
        if folder.exists():
            usage = shutil.disk_usage(folder)
            family.add_metric([name], usage.free / usage.total)
    yield family


def _gauge(name: str, words: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, words, value=value)


def _counter(name: str, words: str, labels: tuple[str, str], totals: Mapping[str, int]) -> CounterMetricFamily:
    family = CounterMetricFamily(name, words, labels=labels)
    for label, total in sorted(totals.items()):
        family.add_metric(label.split("|"), total)
    return family


def _histogram(
    name: str, words: str, label: str, steps: tuple[float, ...], totals: Mapping[str, int], sums: Mapping[str, int]
) -> HistogramMetricFamily:
    """`totals` by "label|step", each step by itself; `sums` by label, in thousandths."""
    family = HistogramMetricFamily(name, words, labels=[label])
    for value in sorted({each.partition("|")[0] for each in totals}):
        so_far, buckets = 0, []
        for step in (*map(str, steps), BEYOND):
            so_far += totals.get(f"{value}|{step}", 0)
            buckets.append((step, float(so_far)))
        family.add_metric([value], buckets, sums.get(value, 0) / 1000)
    return family

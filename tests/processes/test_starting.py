"""Starting: what a process that fell does not load before it answers again."""

from __future__ import annotations

import gc
import json
import subprocess
import sys

import pytest

from processes.starting import quickly
from tests.processes.houses import ROOT, bare_environment


@pytest.mark.parametrize(
    ("started", "unneeded"),
    [
        ("processes.commands", ["sqlalchemy", "structlog", "flask", "alembic", "telegram", "pywa", "numpy"]),
        ("processes.worker", ["flask", "alembic", "sklearn", "scipy"]),
        ("processes.web", ["sklearn", "scipy"]),
    ],
)
def test_only_what_is_needed_is_loaded(started: str, unneeded: list[str]) -> None:
    look = "import importlib, json, sys; importlib.import_module(sys.argv[1]); print(json.dumps(sorted(sys.modules)))"
    run = subprocess.run(
        [sys.executable, "-c", look, started],
        cwd=ROOT,
        env=bare_environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert set(json.loads(run.stdout)) & set(unneeded) == set()


def test_rubbish_is_looked_for_again_afterwards() -> None:
    with quickly():
        assert not gc.isenabled()
    assert gc.isenabled()
    gc.unfreeze()

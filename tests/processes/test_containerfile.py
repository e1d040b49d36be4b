"""The Containerfile, as far as it can be tried without a container: its steps one by one, in an empty folder.

What needs root (packages of the system, a user of its own) is named here and looked at, not run.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import site
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

import pytest

from bot.turns import Guide
from tests.processes.houses import KEY, PATIENCE, bare_environment, free_port, wait_for

ROOT = Path(__file__).parents[2]
AS_ROOT = {"apt-get update", "useradd --system"}
"""How the steps begin that are not run here."""


@dataclass
class Step:
    """One line of the file."""

    kind: str
    words: str


def steps() -> Iterator[Step]:
    text = (ROOT / "Containerfile").read_text().replace("\\\n", " ")
    for line in text.splitlines():
        if line and not line.startswith("#"):
            kind, _, words = line.partition(" ")
            yield Step(kind, words.strip())


def words_of(kind: str) -> list[str]:
    return [step.words for step in steps() if step.kind == kind]


def left_out(folder: str, names: list[str]) -> set[str]:
    """What `.dockerignore` keeps out of the image."""
    patterns = [line.removeprefix("**/") for line in (ROOT / ".dockerignore").read_text().split()]
    return {name for name in names if any(fnmatch(name, pattern) for pattern in patterns)}


@pytest.fixture
def image(tmp_path: Path, furnished: Path, project_guide: Guide) -> dict[str, str]:
    """The folders of the image, and the environment in it. Packages are found where they are here: nothing is fetched."""
    root = tmp_path / "image"
    (root / "data").mkdir(parents=True)
    shutil.copytree(ROOT, root / "srv" / "balai", ignore=left_out, symlinks=True)
    shutil.copytree(ROOT / "var" / "finder", root / "data" / "finder")  # the half a minute that building takes
    for name in ("balai.db", *(f"finder/{found.name}" for found in (furnished / "finder").iterdir())):
        shutil.copy(furnished / name, root / "data" / name)
    environment = bare_environment() | {"HOME": str(tmp_path), "PIP_NO_INDEX": "1", "IMAGE": str(root)}
    return environment | {"PYTHONPATH": os.pathsep.join(site.getsitepackages())}


def run(words: str, image: dict[str, str]) -> None:
    ended = subprocess.run(
        ["sh", "-ec", there(words, image)],
        env=image,
        cwd=Path(image["IMAGE"]) / "srv" / "balai",
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert ended.returncode == 0, f"{words}\n{ended.stdout}\n{ended.stderr}"


def there(words: str, image: dict[str, str]) -> str:
    """The same words, with the folders of the image where they are here."""
    return re.sub(r"(?<![\w.])/(srv/balai|data)\b", rf"{image['IMAGE']}/\1", words).replace(
        "python3", sys.executable, 1
    )


def test_every_step_is_run_or_named() -> None:
    skipped = [words for words in words_of("RUN") if any(words.startswith(first) for first in AS_ROOT)]
    assert len(skipped) == len(AS_ROOT)
    order = [step.kind for step in steps()]
    assert order[0] == "FROM"
    assert order.index("USER") < order.index("COPY"), "nothing of ours is done as root"
    assert set(order) <= {
        "FROM",
        "RUN",
        "USER",
        "WORKDIR",
        "COPY",
        "ENV",
        "VOLUME",
        "EXPOSE",
        "HEALTHCHECK",
        "STOPSIGNAL",
        "CMD",
    }


def test_nothing_private_is_copied() -> None:
    assert {".env", "var", ".git"} <= left_out("", [".env", "var", ".git", "bot"])
    assert "bot" not in left_out("", ["bot"])


def test_the_steps_one_by_one_end_in_a_house_that_answers(image: dict[str, str]) -> None:
    for words in words_of("RUN"):
        if any(words.startswith(first) for first in AS_ROOT):
            continue
        if "processes.building" in words:
            image |= dict(re.findall(r"(\w+)=(\S+)", there(words_of("ENV")[0], image)))
        run(words, image)
    port = str(free_port())
    image |= {"PORT": port, "BALAI_SECRET_KEY": KEY, "PATH": f"{image['PATH']}:{os.environ['PATH']}"}
    command = json.loads(words_of("CMD")[0])
    log = Path(image["IMAGE"]) / "log"
    with log.open("wb") as said:
        serving = subprocess.Popen(
            [shutil.which(command[0], path=image["PATH"]) or command[0], *command[1:]],
            env=image,
            cwd=Path(image["IMAGE"]) / "srv" / "balai",
            stdout=said,
            stderr=said,
            start_new_session=True,
        )
    try:
        check = words_of("HEALTHCHECK")[0].partition("CMD ")[2]
        wait_for(lambda: _is_well(check, image), "the house of the image does not answer")
        serving.send_signal(getattr(signal, words_of("STOPSIGNAL")[0]))
        assert serving.wait(PATIENCE) == 0, log.read_text()
    finally:
        if serving.poll() is None:
            os.killpg(serving.pid, signal.SIGKILL)
            serving.wait(10)


def _is_well(check: str, image: dict[str, str]) -> bool:
    ended = subprocess.run(["sh", "-c", there(check, image)], env=image, capture_output=True, check=False)
    return ended.returncode == 0

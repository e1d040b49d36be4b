"""What everybody at the desk promises, read once from the file beside the pages' templates."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

FILE = Path(__file__).parent / "templates" / "admin" / "code_of_conduct.yaml"


@dataclass(frozen=True)
class Promise:
    """One thing that is promised."""

    title: str
    text: str


@dataclass(frozen=True)
class CodeOfConduct:
    """The present wording."""

    version: str
    intro: str
    promises: tuple[Promise, ...]
    consequence: str


def read(file: Path = FILE) -> CodeOfConduct:
    """The wording in `file`."""
    written = yaml.safe_load(file.read_text(encoding="utf-8"))
    promises = tuple(Promise(**promise) for promise in written["promises"])
    return CodeOfConduct(str(written["version"]), written["intro"], promises, written["consequence"])


PRESENT = read()

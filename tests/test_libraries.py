"""What we install is what was looked at: every library in one version, with its hashes, in two files made from pyproject."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
FILES = ("requirements.txt", "requirements-dev.txt")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
WANTED = {
    "requirements.txt": PROJECT["dependencies"],
    "requirements-dev.txt": [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["dev"]],
}


def locked(name: str) -> dict[str, str]:
    """Library to version, as one of the files pins them."""
    found = re.findall(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)", (ROOT / name).read_text(), re.MULTILINE)
    return {canonicalize_name(library): pinned for library, pinned in found}


@pytest.mark.parametrize("name", FILES)
def test_every_library_of_the_project_is_pinned_to_a_version_that_it_allows(name: str) -> None:
    pinned = locked(name)
    for line in WANTED[name]:
        requirement = Requirement(line.partition("#")[0])
        assert requirement.specifier.contains(pinned[canonicalize_name(requirement.name)]), line


@pytest.mark.parametrize("name", FILES)
def test_every_version_has_its_hashes_and_no_address(name: str) -> None:
    text = (ROOT / name).read_text()
    blocks = [block for block in re.split(r"^(?=[A-Za-z0-9])", text, flags=re.MULTILINE) if block.strip()]
    assert len(blocks) == len(locked(name)) > 50
    assert [block.split("==")[0] for block in blocks if "--hash=sha256:" not in block] == []
    assert "://" not in text


def test_both_files_agree_and_say_what_is_installed_here() -> None:
    runs, develops = (locked(name) for name in FILES)
    assert {library: develops.get(library) for library in runs} == runs
    assert {library: version(library) for library in ("flask", "sqlalchemy", "cryptography")} == {
        library: runs[library] for library in ("flask", "sqlalchemy", "cryptography")
    }

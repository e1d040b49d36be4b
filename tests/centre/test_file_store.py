"""The folder of files: nothing in it can be read without its key, and nothing in it is half written."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from centre.file_store import FileMissing, FileStore
from centre.privacy import CannotOpen

NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
LETTER = b"kanari: surat dari Sari"


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "files")


def age(folder: Path, name: str, moment: datetime) -> None:
    os.utime(folder / "files" / name, (moment.timestamp(), moment.timestamp()))


def test_saris_letter_comes_back_and_cannot_be_read_from_the_folder(store: FileStore, tmp_path: Path) -> None:
    stored = store.put(LETTER, "pdf")
    assert store.get(stored.name, stored.key) == LETTER
    assert (stored.media_type, stored.size) == ("pdf", len(LETTER))
    (file,) = (tmp_path / "files").iterdir()
    assert file.name == stored.name
    assert b"kanari" not in file.read_bytes()
    assert file.stat().st_mode & 0o077 == 0
    assert file.parent.stat().st_mode & 0o077 == 0


def test_the_same_letter_twice_looks_like_two_strangers(store: FileStore, tmp_path: Path) -> None:
    one, other = store.put(LETTER, "pdf"), store.put(LETTER, "pdf")
    assert one.name != other.name
    assert one.key != other.key
    assert (tmp_path / "files" / one.name).read_bytes() != (tmp_path / "files" / other.name).read_bytes()


def test_another_key_another_name_or_damage_open_nothing(store: FileStore, tmp_path: Path) -> None:
    one, other = store.put(LETTER, "pdf"), store.put(LETTER, "pdf")
    with pytest.raises(CannotOpen):
        store.get(one.name, other.key)
    (tmp_path / "files" / one.name).rename(tmp_path / "files" / other.name)
    with pytest.raises(CannotOpen):
        store.get(other.name, one.key)
    (tmp_path / "files" / other.name).write_bytes(b"")
    with pytest.raises(CannotOpen):
        store.get(other.name, other.key)


def test_a_file_that_is_not_there_is_said_to_be_missing(store: FileStore) -> None:
    stored = store.put(LETTER, "pdf")
    store.remove([stored.name, stored.name])
    with pytest.raises(FileMissing):
        store.get(stored.name, stored.key)


@pytest.mark.parametrize("name", ["../balai.db", "/etc/passwd", "", "A" * 32, "0" * 31, "0" * 32 + "\n"])
def test_no_name_leads_out_of_the_folder(store: FileStore, name: str) -> None:
    with pytest.raises(ValueError, match="not the name"):
        store.get(name, bytes(32))
    with pytest.raises(ValueError, match="not the name"):
        store.remove([name])


def test_a_full_disk_leaves_nothing_half_written(
    store: FileStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        store.put(LETTER, "pdf")
    assert list((tmp_path / "files").iterdir()) == []


def test_old_files_and_forgotten_drafts_are_found(store: FileStore, tmp_path: Path) -> None:
    old, fresh = store.put(LETTER, "pdf"), store.put(LETTER, "pdf")
    draft = tmp_path / "files" / f"{'a' * 32}.draft"
    draft.write_bytes(b"half")
    for name in (old.name, draft.name):
        age(tmp_path, name, NOW - timedelta(hours=2))
    age(tmp_path, fresh.name, NOW)
    assert store.names_before(NOW - timedelta(hours=1)) == [old.name]
    store.remove_drafts_before(NOW - timedelta(hours=1))
    assert not draft.exists()


def test_where_nothing_was_ever_sent_there_is_nothing_to_find(tmp_path: Path) -> None:
    assert FileStore(tmp_path / "never").names_before(NOW) == []

"""The archive of a backup: what goes in comes out, and whatever is not exactly that is refused."""

from __future__ import annotations

import io
import os
import tarfile
from pathlib import Path

import pyrage
import pytest
from hypothesis import given
from hypothesis import strategies as st

from processes import archives
from processes.archives import Damaged, KeyInvalid, NotReadHere, Packing, WrongKey

KEY = archives.key_of(archives.new_key())
FILE = "0123456789abcdef" * 2


def packed(path: Path, whole: bytes = b"the whole database " * 1000, key: archives.Key = KEY) -> int:
    (path.parent / FILE).write_bytes(b"a sealed picture")

    def fill(packing: Packing) -> None:
        packing.manifest({"revision": "0005"})
        packing.stream(archives.DATABASE, io.BytesIO(whole))
        packing.file(path.parent / FILE)
        packing.file(path.parent / ("f" * 32))  # erased meanwhile

    return archives.write(path, key, fill)


def unpacked(path: Path, key: archives.Key = KEY) -> dict[str, bytes]:
    return dict(archives.read(path, key))


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("archive") / "good.age"
    packed(path, os.urandom(150_000))
    return path


def test_what_goes_in_comes_out_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "PIECE_BYTES", 1000)
    whole = os.urandom(5500)
    size = packed(tmp_path / "a.age", whole)
    assert size == (tmp_path / "a.age").stat().st_size
    assert (tmp_path / "a.age").stat().st_mode & 0o777 == 0o600
    came = unpacked(tmp_path / "a.age")
    assert list(came)[0] == archives.MANIFEST
    pieces = [data for name, data in came.items() if name.startswith("database/")]
    assert len(pieces) == 6
    assert b"".join(pieces) == whole
    assert came[f"files/{FILE}"] == b"a sealed picture"
    assert archives.manifest_of(tmp_path / "a.age", KEY) == {"format": 1, "revision": "0005"}


def test_free_tools_open_it_too(good: Path) -> None:
    """Who has only `age` and `tar` left, some day, gets at it: nothing in the format is ours alone."""
    assert KEY.secret
    plain = pyrage.decrypt(good.read_bytes(), [KEY.secret])
    with tarfile.open(fileobj=io.BytesIO(plain)) as tar:
        assert tar.getnames() == ["manifest.json", "database/00000001", f"files/{FILE}", "end.json"]


@given(data=st.data())
def test_a_cut_or_changed_archive_is_refused_wherever_it_was_hurt(good: Path, data: st.DataObject) -> None:
    whole = good.read_bytes()
    place = data.draw(st.integers(0, len(whole) - 1))
    kind = data.draw(st.sampled_from(["cut", "bit", "hole"]))
    hurt = {
        "cut": whole[:place],
        "bit": whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :],
        "hole": whole[:place] + whole[place + 40 :],
    }[kind]
    path = good.with_name("hurt.age")
    path.write_bytes(hurt)
    with pytest.raises((Damaged, WrongKey)):
        unpacked(path)


def test_what_is_sealed_but_not_whole_is_refused(tmp_path: Path) -> None:
    """Packed by somebody who died before the end, or by who knew the key and left something out."""
    for left_out, expected in (({"end.json"}, Damaged), ({"database/00000001"}, Damaged)):
        packed(tmp_path / "whole.age")
        assert KEY.secret
        source = io.BytesIO(pyrage.decrypt((tmp_path / "whole.age").read_bytes(), [KEY.secret]))
        less = io.BytesIO()
        with tarfile.open(fileobj=source) as tar, tarfile.open(fileobj=less, mode="w") as other:
            for member in tar:
                if member.name not in left_out:
                    other.addfile(member, tar.extractfile(member))
        (tmp_path / "less.age").write_bytes(pyrage.encrypt(less.getvalue(), [KEY.public]))
        with pytest.raises(expected):
            unpacked(tmp_path / "less.age")


@pytest.mark.parametrize("name", ["../../etc/passwd", "files/../../x", "files/short", "/database/00000001", "extra"])
def test_no_member_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as tar:
        about = tarfile.TarInfo(name)
        about.size = 1
        tar.addfile(about, io.BytesIO(b"x"))
    (tmp_path / "bad.age").write_bytes(pyrage.encrypt(made.getvalue(), [KEY.public]))
    with pytest.raises(Damaged):
        unpacked(tmp_path / "bad.age")


def test_another_key_and_the_public_half_open_nothing(good: Path) -> None:
    with pytest.raises(WrongKey):
        unpacked(good, archives.key_of(archives.new_key()))
    with pytest.raises(NotReadHere):
        unpacked(good, archives.key_of(str(KEY.public)))


def test_the_public_half_is_enough_to_seal(tmp_path: Path) -> None:
    packed(tmp_path / "a.age", key=archives.key_of(str(KEY.public)))
    assert unpacked(tmp_path / "a.age")


@pytest.mark.parametrize("words", ["", "hello", "AGE-SECRET-KEY-1", "age1", "a long text that is no key of age at all"])
def test_other_words_are_no_key(words: str) -> None:
    with pytest.raises(KeyInvalid):
        archives.key_of(words)


def test_what_cannot_be_written_whole_leaves_nothing(tmp_path: Path) -> None:
    packed(tmp_path / "a.age")
    before = (tmp_path / "a.age").read_bytes()

    def fill(packing: Packing) -> None:
        packing.piece("database", b"the beginning")
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="full"):
        archives.write(tmp_path / "a.age", KEY, fill)
    assert (tmp_path / "a.age").read_bytes() == before, "the one before stays"
    assert sorted(path.name for path in tmp_path.iterdir()) == [FILE, "a.age"]

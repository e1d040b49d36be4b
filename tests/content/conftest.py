"""A small folder of guidance: two articles that keep every rule, which a test then bends."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from content import files
from content.contacts import Contact, Month, Source
from content.files import Guidance

NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)

CHECK_AGENT = """\
---
title: Cek izin agen sebelum setor uang
label: Cek izin agen
owner: Pusat Layanan Migrasi
valid_from: 2026-11-21
review_due: 2027-05-21
check_before_use: false
legal_basis:
  - UU 18/2017 Pasal 72
sources:
  - title: "Koran Desa: cek agen"
    url: https://example.org/cek-agen
    date: 2025
    facts: [CEK-01, CEK-02]
related: [gaji-tidak-dibayar]
short: |
  Agen resmi punya izin. [CEK-01]
  Tanya dulu: {{kontak:kp2mi}}.
---
Izin itu tertulis. [CEK-01, CEK-02]

## Langkah berikutnya
- Catat nama kantornya. [CEK-02]
- Saran: ajak keluarga.
"""

UNPAID = """\
---
title: Gaji tidak dibayar
label: Gaji tidak dibayar
owner: Pusat Layanan Migrasi
valid_from: 2026-11-21
review_due: 2027-02-21
check_before_use: true
check_note: Tanya KBRI apakah alurnya masih sama.
legal_basis:
  - UU 18/2017 Pasal 6
sources:
  - title: Kabar Migran
    date: 2025-07
    facts: [KRJ-06]
related:
short: |
  Simpan bukti dan lapor. [KRJ-06]
---
Lapor ke perwakilan. [KRJ-06]
"""

CHECK_AGENT_SASAK = """\
---
title: Gitaq izin agen juluq
label: Gitaq izin agen
from_revision: {revision}
reviewed: {reviewed}
short: |
  Agen resmi ngaraq izin. [CEK-01]
---
Izin nike tetulis. [CEK-01]
"""


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def guidance(tmp_path: Path) -> Path:
    """A folder of guidance in which everything is right."""
    folder = tmp_path / "guidance"
    agent, unpaid = folder / "legal" / "cek-agen", folder / "bekerja" / "gaji-tidak-dibayar"
    agent.mkdir(parents=True)
    unpaid.mkdir(parents=True)
    (folder / "README.md").write_text("How an article is written.")
    (agent / "id.md").write_text(CHECK_AGENT)
    (agent / "phrasings.id.txt").write_text("pt ini resmi ga\ncara cek agen\n")
    (agent / "phrasings.sas.txt").write_text("berembe carante gitaq agen\n")
    (unpaid / "id.md").write_text(UNPAID)
    (unpaid / "phrasings.id.txt").write_text("gaji sy blm dibayar\n")
    return folder


@pytest.fixture
def facts(tmp_path: Path) -> Path:
    """The pack of facts behind the two articles."""
    folder = tmp_path / "facts"
    folder.mkdir()
    codes = ("CEK-01", "CEK-02", "KRJ-06")
    (folder / "08.md").write_text("".join(f"- **{code}** Sebuah fakta.\n" for code in codes))
    return folder


@pytest.fixture
def contacts() -> dict[str, Contact]:
    """The one contact that the articles name."""
    source = Source("Koran Desa", "https://example.org", Month(2025, 4))
    kp2mi = Contact("kp2mi", "KP2MI", (), "kp2mi", "phone", "0800-1000", "", "A", ("any",), (source,))
    return {"kp2mi": kp2mi}


@pytest.fixture
def sasak() -> Callable[[str, str], str]:
    """The article about agents in Sasak, made from this revision, read by this person or `false`."""
    return lambda from_revision, reviewed: CHECK_AGENT_SASAK.format(revision=from_revision, reviewed=reviewed)


@pytest.fixture
def seed(guidance: Path, sasak: Callable[[str, str], str]) -> Guidance:
    """The two articles, one of them in Sasak too."""
    revision = files.read(guidance).articles["cek-agen"].source_text.revision
    (guidance / "legal" / "cek-agen" / "sas.md").write_text(sasak(revision, "false"))
    return files.read(guidance)

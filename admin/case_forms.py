"""What staff type about a case. What the rules are, `centre.cases` says; here is what can be read, and where a refusal is said.

Each form carries a random key: sent twice, by a second tap or a slow line, it is one deed.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterable
from typing import Any, ClassVar

from wtforms import BooleanField, Form, HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, StopValidation

from admin import case_wording, wording
from admin.forms import PICK_ONE, Day, clean
from admin.language import gettext
from admin.language import later as _
from centre.case_records import ASKED_BY, CATEGORIES, OUTCOMES, Case
from centre.staff import Role, StaffMember

_KEY = re.compile(r"[0-9a-f]{16}")


def new_key() -> str:
    """A key for one form on one page."""
    return secrets.token_hex(8)


class Keyed(Form):
    """A deed: at least the key that makes it one."""

    NAME: ClassVar[str] = "tekan"
    BLAMED: ClassVar[str] = ""
    """The field at which a refusal is said; a form of one button says it at the top of the page."""

    key = HiddenField(default=new_key)

    def __init__(self, formdata: Any = None) -> None:
        super().__init__(formdata, prefix=f"{self.NAME}-")

    @property
    def sign(self) -> str:
        """What makes it the same deed: the key it came with, and what was filled in."""
        key = self.key.data if _KEY.fullmatch(self.key.data or "") else new_key()
        filled_in = [str(field.data) for field in self if field is not self.key]
        return hashlib.sha256("\x00".join([str(key), *filled_in]).encode()).hexdigest()[:24]

    @property
    def ground(self) -> str:
        """What of it is entered in the audit: a code or a day, never words."""
        return ""

    def blame(self, why: str) -> bool:
        """Say at the field why it was refused; False where there is no field for it."""
        if not self.BLAMED:
            return False
        self[self.BLAMED].errors = [why]
        return True


class Reply(Keyed):
    """Words for the family."""

    NAME, BLAMED = "balas", "words"
    words = TextAreaField(_("Balasan untuk keluarga"), filters=[clean])


class Note(Keyed):
    """Words for colleagues."""

    NAME, BLAMED = "catat", "words"
    words = TextAreaField(_("Catatan untuk petugas lain"), filters=[clean])


class PassOn(Keyed):
    """To whom?"""

    NAME, BLAMED = "serahkan", "to"
    to = SelectField(_("Serahkan kepada"), [InputRequired(_("Pilih orangnya."))], **PICK_ONE)
    words = TextAreaField(_("Catatan untuknya (boleh kosong)"), filters=[clean])

    def offer(self, colleagues: Iterable[StaffMember]) -> None:
        """Who may be chosen."""
        self.to.choices = [("", gettext("Pilih orang")), *((each.id, _colleague(each)) for each in colleagues)]


class Change(Keyed):
    """Another kind of problem, or another urgency."""

    NAME, BLAMED = "ubah", "category"
    category = SelectField(_("Jenis masalah"), **PICK_ONE)
    is_urgent = BooleanField(_("Mendesak"))
    is_child = BooleanField(_("Menyangkut anak (hanya petugas khusus yang melihatnya)"))

    def __init__(self, formdata: Any = None) -> None:
        super().__init__(formdata)
        self.category.choices = [(each, case_wording.category(each)) for each in CATEGORIES]

    def show(self, seen: Case) -> None:
        """The case as it stands."""
        self.category.data, self.is_urgent.data, self.is_child.data = seen.category, seen.is_urgent, seen.is_child


class Link(Keyed):
    """Another case of this family."""

    NAME, BLAMED = "hubungkan", "code"
    code = StringField(_("Kode kasus lain dari keluarga ini"), filters=[clean])


class Conflict(Keyed):
    """ "This concerns me or mine"."""

    NAME, BLAMED = "kepentingan", "sure"
    sure = BooleanField(
        _("Kasus ini menyangkut saya atau keluarga saya. Saya tidak akan melihatnya lagi."),
        [InputRequired(_("Centang bila memang begitu."))],
    )


class Close(Keyed):
    """How it ended."""

    NAME, BLAMED = "tutup", "words"
    outcome = SelectField(_("Hasil"), [InputRequired(_("Pilih hasilnya."))], **PICK_ONE)
    words = TextAreaField(_("Catatan penutup, hanya untuk petugas"), filters=[clean])

    def __init__(self, formdata: Any = None) -> None:
        super().__init__(formdata)
        named = [(each, case_wording.outcome(each)) for each in OUTCOMES]
        self.outcome.choices = [("", gettext("Pilih hasil")), *named]


class Refuse(Keyed):
    """Why it must not be closed yet."""

    NAME, BLAMED = "belum", "words"
    words = TextAreaField(_("Apa yang masih harus dilakukan?"), filters=[clean])


def _unless_ticked(form: Any, field: Any) -> None:
    """A day, or the box beside it: one of both."""
    typed = bool(field.raw_data and field.raw_data[0].strip())
    if typed and form.no_day.data:
        raise StopValidation(gettext("Isi hari, atau centang kotak di bawahnya: tidak keduanya."))
    if not typed:
        field.errors[:] = []
        raise StopValidation("" if form.no_day.data else gettext("Isi hari yang disepakati dengan keluarga."))


class KeepUntil(Keyed):
    """Until which day a restricted case is kept, as agreed with the family."""

    NAME, BLAMED = "simpan", "day"
    day = Day(_("Hari terakhir disimpan"), [_unless_ticked])
    no_day = BooleanField(_("Tanpa hari: disimpan sampai keluarga minta dihapus"))

    @property
    def ground(self) -> str:
        """The day."""
        return str(self.day.data or "")


class Erase(Keyed):
    """How the family asked for it."""

    NAME, BLAMED = "hapus", "how"
    how = SelectField(_("Bagaimana keluarga memintanya"), [InputRequired(_("Pilih caranya."))], **PICK_ONE)

    def __init__(self, formdata: Any = None) -> None:
        super().__init__(formdata)
        named = [(each, case_wording.asked_by(each)) for each in ASKED_BY]
        self.how.choices = [("", gettext("Pilih cara")), *named]

    @property
    def ground(self) -> str:
        """How they asked."""
        return f"asked:{self.how.data}"


class Identity(Keyed):
    """Why must it be known who this is?"""

    NAME, BLAMED = "identitas", "words"
    words = StringField(_("Alasan membuka identitas"), filters=[clean])


class Contents(Keyed):
    """Why must an administrator read this?"""

    NAME, BLAMED = "isi", "words"
    words = StringField(_("Alasan membaca isi kasus"), filters=[clean])


FORMS: tuple[type[Keyed], ...] = (
    Keyed,
    Reply,
    Note,
    PassOn,
    Change,
    Link,
    Conflict,
    Close,
    Refuse,
    KeepUntil,
    Erase,
    Identity,
    Contents,
)


def blank(posted: Keyed | None = None) -> dict[str, Any]:
    """Every form of a case's page by its name, empty but for the one that was sent."""
    empty = {form.NAME: form() for form in FORMS}
    return {**empty, posted.NAME: posted} if posted else empty


def _colleague(member: StaffMember) -> str:
    roles = sorted({wording.role_name(Role(each.role)) for each in member.roles})
    return f"{member.name} ({', '.join(roles)})"

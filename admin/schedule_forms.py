"""What staff type about slots and places. What the rules of a slot are, `centre.slots` says; here is what can be read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time
from typing import Any

from wtforms import (
    BooleanField,
    Field,
    Form,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError

from admin import schedule_wording as wording
from admin.forms import PICK_ONE, WHOLE, Day, PlaceField, clean
from admin.language import gettext
from admin.language import later as _
from centre.booking_types import QUESTIONS
from centre.people import KINDS
from centre.slots import NOTE_LIMIT, Plan

OLDEST = 1900


CLOCK: dict[str, Any] = {
    "format": ["%H:%M", "%H.%M"],
    "invalid_value_message": _("Tulis jam dan menit, misalnya 09:00."),
}


class _Times(Form):
    """When, where and for how many."""

    day = Day(_("Tanggal"), [InputRequired(_("Isi tanggalnya."))])
    begins = TimeField(_("Mulai"), [InputRequired(_("Isi jam mulai."))], **CLOCK)
    ends = TimeField(_("Selesai"), [InputRequired(_("Isi jam selesai."))], **CLOCK)
    place = StringField(_("Tempat (kosong: di pusat layanan)"), filters=[clean])
    note = StringField(_("Catatan untuk yang mendaftar (boleh kosong)"), filters=[clean])

    def __init__(self, *args: Any, earliest: date, latest: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._earliest, self._latest = earliest, latest

    def validate_day(self, field: Day) -> None:
        """Not over, and not farther away than anybody plans."""
        if field.data and field.data < self._earliest:
            raise ValidationError(gettext("Tanggal ini sudah lewat."))
        if field.data and field.data > self._latest:
            raise ValidationError(gettext("Paling jauh dua tahun dari sekarang."))

    def plan(self, seats: int, staff_id: str | None = None) -> Plan:
        """What was filled in, once it is valid."""
        return Plan(
            self.day.data or date.min,
            self.begins.data or time(),
            self.ends.data or time(),
            seats,
            self.place.data or "",
            self.note.data or "",
            staff_id,
        )


class NewSlot(_Times):
    """A slot, or several alike."""

    type_id = SelectField(_("Jenis layanan"), coerce=int, **PICK_ONE)
    village_id = PlaceField(_("Desa"), coerce=int, **PICK_ONE)
    seats = IntegerField(_("Kursi (kosong: sebanyak biasanya)"), [Optional()], **WHOLE)
    weeks = IntegerField(_("Berapa minggu berturut-turut"), [Optional()], default=1, **WHOLE)
    minutes = IntegerField(
        _("Dipotong per berapa menit (boleh kosong)"),
        [Optional(), NumberRange(5, 480, _("Tulis 5 sampai 480 menit."))],
        **WHOLE,
    )
    insist = BooleanField(_("Tetap buat, walaupun pusat layanan tutup"))


class SlotChange(_Times):
    """Another time, place or size."""

    seats = IntegerField(_("Kursi"), [InputRequired(_("Isi jumlah kursi."))], **WHOLE)
    reach = RadioField(_("Yang diubah"), default="one", **PICK_ONE)
    reason = StringField(
        _("Alasan (dibaca yang sudah mendaftar; boleh kosong)"),
        [Length(max=NOTE_LIMIT, message=_("Paling banyak 200 huruf."))],
        filters=[clean],
    )
    insist = BooleanField(_("Tetap ubah, walaupun pusat layanan tutup"))


class CallOff(Form):
    """Why something does not take place."""

    reach = RadioField(_("Yang dibatalkan"), default="one", **PICK_ONE)
    reason = TextAreaField(
        _("Alasan (dibaca yang sudah mendaftar)"),
        [
            InputRequired(_("Tulis alasannya dengan kata-kata untuk keluarga.")),
            Length(3, NOTE_LIMIT, _("Tulis 3 sampai 200 huruf.")),
        ],
        filters=[clean],
    )


class Visit(Form):
    """Somebody at the desk, or on the telephone."""

    name = StringField(_("Nama"), [InputRequired(_("Isi namanya."))], filters=[clean])
    kind = SelectField(_("Siapa dia"), default="", **PICK_ONE)
    birth_year = IntegerField(_("Tahun lahir (boleh kosong)"), [Optional()], **WHOLE)
    by_guardian = BooleanField(_("Orang tua atau wali yang setuju (untuk yang belum 18 tahun)"))
    phone = StringField(_("Telepon (boleh kosong)"), [Length(max=40)], filters=[clean])
    person = RadioField(_("Apakah ini orang yang sama?"), validate_choice=False)
    waits = BooleanField(_("Masukkan ke daftar tunggu"))
    version = HiddenField()
    answer_experience = StringField(_("Pengalaman"), filters=[clean])
    answer_business = StringField(_("Usaha"), filters=[clean])
    answer_school_class = StringField(_("Kelas di sekolah"), filters=[clean])
    answer_needs = StringField(_("Kebutuhan khusus"), filters=[clean])
    answer_topic = StringField(_("Ingin bicara tentang"), filters=[clean])

    def __init__(self, *args: Any, asked: Sequence[str], this_year: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._this_year = this_year
        self.kind.choices = [("", gettext("Belum diketahui")), *((each, wording.kind(each)) for each in KINDS)]
        self.person.choices = []
        for question in QUESTIONS:
            if question not in asked:
                delattr(self, f"answer_{question}")

    def validate_birth_year(self, field: IntegerField) -> None:
        """Somebody alive."""
        if field.data is not None and not OLDEST <= field.data <= self._this_year:
            raise ValidationError(gettext("Tulis tahun dengan empat angka, misalnya 1990."))

    @property
    def questions(self) -> list[Field]:
        """The fields of the questions that are asked."""
        return [field for field in self if field.name.startswith("answer_")]

    @property
    def answers(self) -> dict[str, str]:
        """What was answered, by question."""
        return {field.name.removeprefix("answer_"): field.data or "" for field in self.questions}

"""The forms of a centre's week and of the days on which nobody is there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, time
from typing import Any

from wtforms import FieldList, Form, FormField, StringField, TimeField, ValidationError
from wtforms.validators import DataRequired, InputRequired, Length

from admin.forms import Day, clean
from admin.language import gettext
from admin.language import later as _
from centre.calendars import OpeningHours

STRETCHES = 2
"""Before and after the midday rest."""


class Clock(TimeField):
    """A time of the day, with what is wrong with it in Bahasa."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the time; "08.00" is how people write it."""
        typed = (valuelist[0] if valuelist else "").strip()
        try:
            super().process_formdata([typed.replace(".", ":")] if typed else [])
        except ValueError as error:
            raise ValueError(gettext("Tulis jam seperti 08:00.")) from error


class Stretch(Form):
    """From when to when, or neither."""

    opens = Clock(_("buka"))
    closes = Clock(_("tutup"))

    def validate_closes(self, field: Clock) -> None:
        """A half is a mistake, and so is an end before its beginning."""
        if (self.opens.data is None) != (field.data is None) and not self.opens.errors:
            raise ValidationError(gettext("Isi jam buka dan jam tutup, atau kosongkan keduanya."))
        if self.opens.data and field.data and self.opens.data >= field.data:
            raise ValidationError(gettext("Jam tutup harus sesudah jam buka."))


class OneDay(Form):
    """A weekday's two stretches."""

    stretches = FieldList(FormField(Stretch), min_entries=STRETCHES, max_entries=STRETCHES)


class Week(Form):
    """A centre's week, Monday first."""

    days = FieldList(FormField(OneDay), min_entries=7, max_entries=7)

    def validate(self, extra_validators: Any = None) -> bool:
        """Each stretch by itself, then the two of a day beside each other."""
        sound = super().validate(extra_validators)
        tangled = [day for day in self.days if not _in_order(day.form)]
        return sound and not tangled

    def rows(self) -> list[tuple[int, time, time]]:
        """As `centre.calendars.set_hours` takes them."""
        return [
            (weekday, stretch.opens.data, stretch.closes.data)
            for weekday, day in enumerate(self.days)
            for stretch in day.form.stretches
            if stretch.opens.data and stretch.closes.data
        ]


class AbsentDays(Form):
    """Nobody is there on these days."""

    first_day = Day(_("Dari tanggal"), [InputRequired(_("Isi tanggal mulai."))])
    last_day = Day(_("Sampai tanggal"), [InputRequired(_("Isi tanggal akhir."))])
    reason = StringField(
        _("Alasan"),
        [DataRequired(_("Isi alasannya.")), Length(max=100, message=_("Paling banyak %(max)d huruf."))],
        filters=[clean],
    )

    def __init__(self, *args: Any, earliest: date, latest: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._earliest, self._latest = earliest, latest

    def validate_last_day(self, field: Day) -> None:
        """In order, not over yet, and near enough to mean something."""
        if field.data and self.first_day.data and field.data < self.first_day.data:
            raise ValidationError(gettext("Tanggal akhir tidak boleh sebelum tanggal mulai."))
        if field.data and field.data < self._earliest:
            raise ValidationError(gettext("Tanggal ini sudah lewat."))
        if field.data and field.data > self._latest:
            raise ValidationError(gettext("Paling jauh dua tahun ke depan."))


def said_of(hours: Iterable[OpeningHours]) -> dict[str, Any]:
    """What the form of this week begins with; more stretches a day than it has room for stay out."""
    week: list[list[OpeningHours]] = [[] for _number in range(7)]
    for each in hours:
        week[each.weekday].append(each)
    return {"days": [{"stretches": _stretches(day)} for day in week]}


def _stretches(day: Sequence[OpeningHours]) -> list[dict[str, time | None]]:
    known: list[dict[str, time | None]] = [{"opens": each.opens, "closes": each.closes} for each in day[:STRETCHES]]
    return known + [{"opens": None, "closes": None}] * (STRETCHES - len(known))


def _in_order(day: Any) -> bool:
    first, second = (stretch.form for stretch in day.stretches)
    if first.closes.data and second.opens.data and second.opens.data < first.closes.data:
        second.opens.errors = [gettext("Harus sesudah jam tutup yang pertama.")]
        return False
    return True

"""The form of a booking type: every rule with its unit, and the words in each language that is offered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from wtforms import (
    Form,
    HiddenField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.form import BaseForm
from wtforms.validators import InputRequired, Length, NumberRange, Optional, StopValidation

from admin import service_wording
from admin.forms import PlaceField, clean
from admin.language import gettext
from admin.language import later as _
from admin.service_wording import MINUTES
from centre.booking_types import NAME_LIMIT, PILLARS, QUESTIONS, TEXT_LIMIT, BookingType
from centre.people import KINDS
from centre.type_desk import SOURCE, words_of
from content import languages

DEAREST = 100_000_000
OLDEST = 120


class Whole(IntegerField):
    """A whole number, also written "50.000", with what is wrong with it in Bahasa."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the number."""
        typed = (valuelist[0] if valuelist else "").replace(".", "").replace(" ", "")
        self.data = None
        if typed and not (typed.isascii() and typed.isdecimal() and len(typed) < 10):
            raise ValueError(gettext("Tulis angka bulat, misalnya 15."))
        self.data = int(typed) if typed else None

    def pre_validate(self, form: BaseForm) -> None:
        """What is no number is neither too small nor too large."""
        if self.process_errors:
            raise StopValidation


def _number(label: str, least: int, most: int) -> Whole:
    limits = _("Tulis angka dari %(min)s sampai %(max)s.")
    return Whole(label, [InputRequired(_("Isi angka di sini.")), NumberRange(least, most, limits)])


def _perhaps(label: str, most: int) -> Whole:
    return Whole(label, [Optional(), NumberRange(0, most, _("Tulis angka dari %(min)s sampai %(max)s."))])


def _unit(label: str) -> SelectField:
    return SelectField(label, choices=[("day", _("hari")), ("hour", _("jam")), ("minute", _("menit"))])


class TypeRules(Form):
    """The rules of a type. A span is a number and its unit."""

    mark = HiddenField()
    """That of the type as it was opened."""
    pillar = SelectField(_("Pilar program"))
    area = PlaceField(_("Ditawarkan di mana"))
    is_group = SelectField(_("Cara"), choices=[("1", _("kelompok")), ("0", _("satu orang setiap kali"))])
    seats = _number(_("Kursi"), 1, 500)
    opens_days = _number(_("Mulai bisa dipesan (hari sebelumnya)"), 1, 365)
    closes = _number(_("Paling lambat dipesan"), 0, 9999)
    closes_unit = _unit(_("Satuan paling lambat dipesan"))
    cancel = _number(_("Paling lambat dibatalkan"), 0, 9999)
    cancel_unit = _unit(_("Satuan paling lambat dibatalkan"))
    hold = _number(_("Kursi kosong ditahan"), 1, 9999)
    hold_unit = _unit(_("Satuan kursi kosong ditahan"))
    open_limit = _number(_("Janji terbuka per orang"), 1, 50)
    who = SelectMultipleField(_("Untuk siapa"))
    age_from = _perhaps(_("Umur paling muda (tahun)"), OLDEST)
    age_to = _perhaps(_("Umur paling tua (tahun)"), OLDEST)
    questions = SelectMultipleField(_("Yang ditanyakan saat memesan"))
    empty_seat_cost = _perhaps(_("Kerugian satu kursi kosong (rupiah)"), DEAREST)

    def __init__(self, *args: Any, areas: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.pillar.choices = [(code, service_wording.pillar(code)) for code in PILLARS]
        self.area.choices = list(areas)
        self.who.choices = [(code, service_wording.kind(code)) for code in KINDS]
        self.questions.choices = [(code, service_wording.question(code)) for code in QUESTIONS]

    def rules(self) -> dict[str, Any]:
        """As `centre.booking_types.save` takes them."""
        same = ("pillar", "area", "seats", "opens_days", "open_limit", "who", "age_from", "age_to", "questions")
        spans = {f"{name}_minutes": self._minutes(name) for name in ("closes", "cancel", "hold")}
        rules = {name: self[name].data for name in (*same, "empty_seat_cost")}
        return {**rules, **spans, "is_group": self.is_group.data == "1"}

    def _minutes(self, name: str) -> int:
        return int(self[name].data) * MINUTES[self[f"{name}_unit"].data]


class Words(Form):
    """A type's words in one language; all empty: not offered in it."""

    name = StringField(_("Nama"), [Length(max=NAME_LIMIT, message=_("Paling banyak %(max)d huruf."))], filters=[clean])
    description = TextAreaField(
        _("Keterangan singkat"), [Length(max=TEXT_LIMIT, message=_("Paling banyak %(max)d huruf."))], filters=[clean]
    )
    bring = StringField(
        _("Yang perlu dibawa"), [Length(max=TEXT_LIMIT, message=_("Paling banyak %(max)d huruf."))], filters=[clean]
    )

    def __init__(self, typed: Any, language: str, known: Mapping[str, str]) -> None:
        super().__init__(typed, prefix=language, data=known)
        self.language = language
        self.own_name = languages.get(language).own_name

    def validate_name(self, field: StringField) -> None:
        """Words without a name would be lost."""
        if not field.data and (self.language == SOURCE or self.description.data or self.bring.data):
            raise ValidationError(gettext("Isi namanya."))


def said_of(found: BookingType) -> dict[str, Any]:
    """What the form of this type begins with."""
    same = ("pillar", "area", "seats", "opens_days", "open_limit", "who", "age_from", "age_to", "questions")
    rules = {name: getattr(found, name) for name in (*same, "empty_seat_cost")}
    for name in ("closes", "cancel", "hold"):
        rules[name], rules[f"{name}_unit"] = service_wording.parted(getattr(found, f"{name}_minutes"))
    return {**rules, "is_group": "1" if found.is_group else "0"}


USUAL: dict[str, Any] = {
    "is_group": "1",
    "seats": 15,
    "opens_days": 60,
    "closes": 1,
    "closes_unit": "hour",
    "cancel": 1,
    "cancel_unit": "day",
    "hold": 4,
    "hold_unit": "hour",
    "open_limit": 2,
}
"""What the form of a new type begins with."""


def words_forms(typed: Any, found: BookingType | None = None) -> list[Words]:
    """The words, language by language, Indonesian first."""
    known = {each.code: words_of(found, each.code) if found else {} for each in languages.OFFERED}
    return [Words(typed, code, words) for code, words in known.items()]


def texts(forms: Sequence[Words]) -> Mapping[str, Mapping[str, str]]:
    """As `centre.booking_types.save` takes them."""
    return {form.language: {field.short_name: field.data or "" for field in form} for form in forms}

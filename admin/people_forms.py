"""What staff type about a person of the register. The rules stand in `centre.census`; here is what can be read.

The same form reads a row of an imported file: its fields are the columns (`admin.people_sheets`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from wtforms import BooleanField, Form, HiddenField, IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from admin import people_wording as wording
from admin import service_wording
from admin.forms import PICK_ONE, WHOLE, Day, PlaceField, clean
from admin.language import gettext
from admin.language import later as _
from admin.wording import choices
from centre import census, census_consents, people
from centre.areas import Village, VillageName
from centre.census import Entry
from centre.census_consents import Given
from centre.census_links import TIES
from centre.census_records import BUSINESSES, DATES, FACTS, PHONE_USES, SEXES
from centre.census_requests import LONGEST_WORDS, WISHES
from centre.people import KINDS

SHORT = Length(max=100, message=_("Paling banyak 100 huruf."))
NEW = "0"
"""The choice that says: none of those, somebody new."""
HOWS = ("desk", "paper")


def _text(label: Any, *rules: Any) -> StringField:
    return StringField(label, [*(rules or (SHORT,))], filters=[clean])


def _day(label: Any) -> Day:
    return Day(label, [Optional()])


class Person(Form):
    """All that the register keeps of somebody; only the name must be there."""

    version = HiddenField()
    name = StringField(_("Nama"), [InputRequired(_("Isi namanya."))], filters=[clean])
    kind = SelectField(_("Status"), default="", **PICK_ONE)
    since = _day(_("Sejak kapan (boleh kosong)"))
    sex = SelectField(_("Jenis kelamin"), default="", **PICK_ONE)
    birth_year = IntegerField(_("Tahun lahir"), [Optional()], **WHOLE)
    birth_date = _day(_("Tanggal lahir (kalau tahu)"))
    place = _text(_("Dusun atau alamat"))
    phone = _text(_("Telepon"), Length(max=40))
    phone_use = SelectField(_("Siapa memegang HP"), default="", **PICK_ONE)
    phone_abroad = _text(_("Telepon di luar negeri"), Length(max=40))
    reach = _text(_("Siapa lagi yang bisa dihubungi"))
    destination = SelectField(_("Negara tujuan"), default="", **PICK_ONE)
    job = _text(_("Pekerjaan"))
    employer = _text(_("Pemberi kerja"))
    agency = _text(_("P3MI (perusahaan penempatan)"))
    departs_on = _day(_("Berangkat"))
    returns_on = _day(_("Pulang"))
    contract_ends_on = _day(_("Kontrak berakhir"))
    passport_ends_on = _day(_("Paspor berlaku sampai"))
    visa_ends_on = _day(_("Visa berlaku sampai"))
    business = SelectField(_("Usaha"), default="", **PICK_ONE)
    business_name = _text(_("Usahanya apa"))
    trainings = _text(_("Pelatihan yang pernah diikuti"), Length(max=300, message=_("Paling banyak 300 huruf.")))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind.choices = [("", gettext("Belum diketahui")), *((each, service_wording.kind(each)) for each in KINDS)]
        self.sex.choices = [("", gettext("Tidak disebut")), *((each, wording.sex(each)) for each in SEXES)]
        self.phone_use.choices = [
            ("", gettext("Belum ditanyakan")),
            *((each, wording.phone_use(each)) for each in PHONE_USES),
        ]
        self.business.choices = [
            ("", gettext("Belum ditanyakan")),
            *((each, wording.business(each)) for each in BUSINESSES),
        ]
        self.destination.choices = [("", gettext("Tidak disebut")), *wording.countries()]

    def show(self, entry: Entry, version: int) -> None:
        """Fill in what the register says now."""
        born = census.birth_of(entry)
        own = ("name", "birth_year", "phone", *DATES)
        for name in own:
            self[name].data = getattr(entry, name)
        for name in ("kind", "sex", "phone_use", "business", "destination"):
            self[name].data = getattr(entry, name) or ""
        for name in FACTS:
            self[name].data = born if name == "birth_date" else entry.facts.get(name, "")
        self.version.data = str(version)

    def entry(self, agency_id: int | None = None) -> Entry:
        """What was typed."""
        facts = {name: self[name].data or "" for name in FACTS if name != "birth_date"}
        if self.birth_date.data:
            facts["birth_date"] = self.birth_date.data.isoformat()
        return Entry(
            name=self.name.data or "",
            kind=self.kind.data or None,
            since=self.since.data,
            sex=self.sex.data or None,
            birth_year=self.birth_date.data.year if self.birth_date.data else self.birth_year.data,
            phone=self.phone.data or "",
            destination=self.destination.data or None,
            agency_id=agency_id,
            business=self.business.data or None,
            phone_use=self.phone_use.data or None,
            facts=facts,
            **{name: self[name].data for name in DATES},
        )

    def blame(self, error: Exception) -> None:
        """Say what a rule refuses at the field that it is about."""
        name, why = _reason(error)
        field = self[name] if name in self._fields else self.name
        field.errors = [*field.errors, why]


class NewPerson(Person):
    """Somebody who is entered, and how they agreed."""

    village_id = PlaceField(_("Desa"), coerce=int, **PICK_ONE)
    person = RadioField(_("Apakah ini orang yang sama?"), validate_choice=False)
    how = RadioField(_("Bagaimana orangnya setuju"), **PICK_ONE)
    agreed_on = Day(_("Tanggal setuju"), [InputRequired(_("Isi tanggal orangnya setuju."))])
    agreed = BooleanField(
        _("Orangnya sudah dibacakan isi persetujuan dan setuju didata."),
        [InputRequired(_("Tanpa persetujuan, data tidak boleh disimpan. Bacakan dulu, lalu centang bila setuju."))],
    )
    by_guardian = BooleanField(_("Orang tua atau wali yang setuju (untuk yang belum 18 tahun)"))
    may_remind = BooleanField(_("Boleh diingatkan lewat pesan tentang tanggal paspor, visa, dan kontraknya"))

    def __init__(self, *args: Any, villages: Sequence[Village | VillageName], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.village_id.choices = choices(villages)
        self.how.choices = [(each, wording.how(each)) for each in HOWS]
        self.person.choices = []

    def given(self) -> Given:
        """The consent as it was entered."""
        assert self.agreed_on.data is not None
        return Given(
            self.how.data,
            self.agreed_on.data,
            may_remind=bool(self.may_remind.data),
            by_guardian=bool(self.by_guardian.data),
        )


class Consent(Form):
    """Somebody in the register agrees once more, or to be reminded too."""

    how = RadioField(_("Bagaimana orangnya setuju"), **PICK_ONE)
    agreed_on = Day(_("Tanggal setuju"), [InputRequired(_("Isi tanggal orangnya setuju."))])
    by_guardian = BooleanField(_("Orang tua atau wali yang setuju (untuk yang belum 18 tahun)"))
    may_remind = BooleanField(_("Boleh diingatkan lewat pesan tentang tanggal paspor, visa, dan kontraknya"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.how.choices = [(each, wording.how(each)) for each in HOWS]


class Link(Form):
    """Somebody of the family."""

    name = StringField(_("Nama keluarganya"), [InputRequired(_("Tulis namanya, lalu cari."))], filters=[clean])
    other = RadioField(_("Yang mana?"), validate_choice=False)
    tie = SelectField(_("Dia adalah"), **PICK_ONE)
    is_contact = BooleanField(_("Orang ini yang dihubungi lebih dulu"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.tie.choices = [(each, wording.tie(each)) for each in TIES]
        self.other.choices = []


class Request(Form):
    """A wish about one's own data, as it was said at the desk or came on paper."""

    wish = RadioField(_("Apa yang diminta"), **PICK_ONE)
    how = RadioField(_("Diminta"), **PICK_ONE)
    asked_on = Day(_("Tanggal diminta"), [InputRequired(_("Isi tanggal permintaan diterima."))])
    words = TextAreaField(
        _("Apa yang harus dibetulkan (boleh kosong)"),
        [Length(max=LONGEST_WORDS, message=_("Paling banyak 500 huruf."))],
        filters=[clean],
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._today = today
        self.wish.choices = [(each, wording.wish(each)) for each in WISHES]
        self.how.choices = [(each, wording.how(each)) for each in HOWS]

    def validate_asked_on(self, field: Day) -> None:
        """Not in the future."""
        if field.data and field.data > self._today:
            raise ValidationError(gettext("Tanggal ini belum tiba."))


class Refusal(Form):
    """Why a wish cannot be fulfilled."""

    words = TextAreaField(
        _("Alasan, dengan kata-kata untuk orangnya"),
        [InputRequired(_("Tulis alasannya.")), Length(10, LONGEST_WORDS, _("Tulis 10 sampai 500 huruf."))],
        filters=[clean],
    )


def reason(error: Exception) -> str:
    """What is said of a refusal."""
    return _reason(error)[1]


def _reason(error: Exception) -> tuple[str, str]:
    """The field that a refusal is about, and what is said there."""
    match error:
        case people.NameInvalid():
            return "name", gettext("Tulis nama dengan huruf saja, paling banyak 60 huruf.")
        case people.PhoneInvalid():
            return "phone", gettext("Tulis nomor telepon dengan angka, misalnya 0812 3456 7890.")
        case census.BirthWrong():
            return "birth_year", gettext("Tulis tahun lahir dengan empat angka, misalnya 1990.")
        case census.DatesWrong():
            name = str(error)
            if name == "since":
                return name, gettext("Tanggal ini belum tiba.")
            return name, gettext("Pulang tidak mungkin sebelum berangkat.")
        case census.NumberOfACard():
            return str(error), gettext("Jangan menulis nomor KTP, KK, atau paspor. Hapus angkanya.")
        case census.TooMuchOfAChild():
            return str(error), gettext(
                "Belum 18 tahun: cukup nama, jenis kelamin, tahun lahir, dan status keluarga. Kosongkan isian ini."
            )
        case census_consents.GuardianMissing():
            return "by_guardian", gettext("Belum 18 tahun: orang tua atau wali yang harus setuju.")
        case census_consents.ConsentDateWrong():
            return "agreed_on", gettext("Tanggal ini belum tiba.")
        case census.ChangedMeanwhile():
            return "name", gettext(
                "Sementara Anda mengetik, orang lain mengubah data ini. Isian Anda masih ada: periksa lagi, lalu simpan."
            )
    return "name", gettext("Orang ini sudah ada dalam pendataan.")


RULES = (
    people.NameInvalid,
    people.PhoneInvalid,
    census.BirthWrong,
    census.DatesWrong,
    census.NumberOfACard,
    census.TooMuchOfAChild,
    census.ChangedMeanwhile,
    census.AlreadyThere,
    census_consents.GuardianMissing,
    census_consents.ConsentDateWrong,
)
"""What the register may refuse of a form."""

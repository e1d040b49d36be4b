"""The form of a breach: what is known when it is found, and what is known later. Times are those of whoever writes them."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from flask import request
from sqlalchemy.orm import Session
from wtforms import Form, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from admin.access import me
from admin.forms import PICK_ONE, Day, clean
from admin.language import gettext
from admin.language import later as _
from admin.wording import own_zone
from centre import breaches, calendars, staff, staff_desk
from centre.breaches import Breach, Within
from centre.staff import Role

_CLOCK = Length(max=5)


class Found(Form):
    """What is known of a breach."""

    since = Day(_("Sejak tanggal"), [InputRequired(_("Isi sejak kapan."))])
    since_at = StringField(_("Jam mulai (boleh kosong: 00.00)"), [_CLOCK], filters=[clean])
    until = Day(_("Sampai tanggal"), [InputRequired(_("Isi sampai kapan."))])
    until_at = StringField(_("Jam akhir (boleh kosong: akhir hari)"), [_CLOCK], filters=[clean])
    found = Day(_("Diketahui tanggal (boleh kosong: sekarang)"), [Optional()])
    found_at = StringField(_("Jam diketahui"), [_CLOCK], filters=[clean])
    account = SelectField(_("Lewat akun siapa"), **PICK_ONE)
    what = TextAreaField(
        _("Data apa yang terbuka"),
        [InputRequired(_("Isi data apa.")), Length(max=breaches.LONGEST)],
        filters=[clean],
    )
    how = TextAreaField(
        _("Kapan dan bagaimana terjadi"),
        [InputRequired(_("Isi bagaimana terjadi.")), Length(max=breaches.LONGEST)],
        filters=[clean],
    )
    doing = TextAreaField(
        _("Apa yang sudah dan akan dilakukan"),
        [InputRequired(_("Isi apa yang dilakukan.")), Length(max=breaches.LONGEST)],
        filters=[clean],
    )

    def validate_since_at(self, field: StringField) -> None:
        """An hour of the day, or nothing."""
        _time(field.data)

    def validate_until_at(self, field: StringField) -> None:
        """The same."""
        _time(field.data)

    def validate_found_at(self, field: StringField) -> None:
        """The same."""
        _time(field.data)

    def within(self) -> Within:
        """From when until when, in universal time; the day's end where no hour is said."""
        assert self.since.data is not None
        assert self.until.data is not None
        begin = calendars.moment(self.since.data, _time(self.since_at.data) or time(0), own_zone())
        end_at = _time(self.until_at.data)
        day = self.until.data if end_at else self.until.data + timedelta(days=1)
        return Within(begin, calendars.moment(day, end_at or time(0), own_zone()), self.account.data or None)

    def known_since(self, otherwise: datetime) -> datetime:
        """When it was found."""
        if self.found.data is None:
            return otherwise
        return calendars.moment(self.found.data, _time(self.found_at.data) or time(0), own_zone())

    def told(self) -> dict[str, str]:
        """What the notice says."""
        return {name: self[name].data or "" for name in breaches.FIELDS}

    def refuse_span(self) -> None:
        """Say beside the field that these times cannot be."""
        self.until.errors = [
            *self.until.errors,
            gettext("Waktunya terbalik, belum tiba, atau diketahui sebelum terjadi."),
        ]


def new(session: Session) -> Found:
    """The form as it was sent, or empty."""
    return _with_accounts(session, Found(request.form if request.method == "POST" else None), None)


def of(session: Session, breach: Breach) -> Found:
    """The form as it was sent, or as the breach stands."""
    begin, found = _local(breach.since), _local(breach.found_at)
    end = _local(breach.until)
    ends_with_day = end.time() == time(0)
    data = {
        "since": begin.date(),
        "since_at": _typed(begin),
        "until": end.date() - timedelta(days=1) if ends_with_day else end.date(),
        "until_at": "" if ends_with_day else _typed(end),
        "found": found.date(),
        "found_at": _typed(found),
        "account": breach.account_id or "",
        **breaches.told_of(session, breach),
    }
    form = Found(request.form if request.method == "POST" else None, data=data)
    return _with_accounts(session, form, breach.account_id)


def _with_accounts(session: Session, form: Found, also: str | None) -> Found:
    members = staff_desk.members(session, me().scope(Role.ADMINISTRATOR), "")
    known = {each.id: each.name for each in members}
    if also and also not in known:
        known |= staff.names(session, {also}) or {also: also}
    form.account.choices = [("", gettext("semua data, bukan satu akun")), *known.items()]
    return form


def _local(moment: datetime) -> datetime:
    return calendars.local(moment, own_zone())


def _typed(moment: datetime) -> str:
    return f"{moment:%H.%M}"


def _time(typed: str | None) -> time | None:
    """ "07.30" or "07:30"; None for nothing."""
    if not typed:
        return None
    try:
        return time.fromisoformat(typed.replace(".", ":").zfill(5))
    except ValueError as error:
        raise ValidationError(gettext("Tulis jam seperti 07.30.")) from error

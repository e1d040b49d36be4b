"""What is typed about referrals. What the rules are, `centre.case_referrals` says; here is what can be read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from wtforms import BooleanField, Form, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from admin import referral_wording as wording
from admin.forms import clean
from admin.language import gettext
from admin.language import later as _
from centre.case_referrals import BODIES, LEAST, SHARES
from centre.case_rules import WORDS_LIMIT
from centre.referral_records import Body, Share, State
from centre.staff import StaffMember

PROOF = Length(LEAST, WORDS_LIMIT, _("Tulis siapa yang dihubungi, kapan, dan bagaimana; paling sedikit 10 huruf."))
NO_ACCOUNT = ""


class NewReferral(Form):
    """To whom, what for, and what they may know."""

    key = HiddenField()
    """Makes it one referral, however often the button is pressed."""
    body = SelectField(_("Jenis lembaga"), validate_choice=True)
    name = StringField(
        _("Nama kantor, misalnya “BP3MI NTB”"),
        [InputRequired(_("Isi nama kantornya.")), Length(2, 120, _("Tulis 2 sampai 120 huruf."))],
        filters=[clean],
    )
    partner = SelectField(_("Akun mitra yang boleh melihat (boleh kosong)"), validate_choice=True)
    request = TextAreaField(
        _("Apa yang diminta dari kantor itu?"),
        [
            InputRequired(_("Tulis apa yang diminta.")),
            Length(LEAST, 2000, _("Tulis 10 sampai 2000 huruf.")),
        ],
        filters=[clean],
    )
    share_name = BooleanField(_("Nama pekerja dan yang melapor"))
    share_phone = BooleanField(_("Nomor telepon yang dipakai menulis"))
    share_words = BooleanField(_("Tulisan keluarga sampai saat mereka setuju"))

    def __init__(self, *args: Any, partners: Sequence[StaffMember], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.body.choices = [(code, wording.body(code)) for code in BODIES]
        none = (NO_ACCOUNT, gettext("tidak ada, dengan surat saja"))
        self.partner.choices = [none, *((member.id, member.name) for member in partners)]

    @property
    def chosen_body(self) -> Body:
        return cast(Body, self.body.data)

    @property
    def chosen_shares(self) -> list[Share]:
        return [code for code in SHARES if self[f"share_{code}"].data]


class Proof(Form):
    """Who was spoken to, when and how."""

    proof = TextAreaField(_("Bukti: siapa yang dihubungi, kapan, bagaimana"), [PROOF], filters=[clean])


class Reason(Form):
    """Why it goes without consent."""

    reason = TextAreaField(
        _("Alasan: bahaya apa yang tidak bisa menunggu?"),
        [Length(LEAST, WORDS_LIMIT, _("Tulis alasannya, paling sedikit 10 huruf."))],
        filters=[clean],
    )


class Step(Proof):
    """The next state with its proof."""

    to = RadioField(_("Apa yang terjadi?"), validate_choice=True)

    def __init__(self, *args: Any, steps: Sequence[State], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.to.choices = [(str(state), wording.step(state)) for state in steps]

    @property
    def chosen(self) -> State:
        return State(self.to.data)

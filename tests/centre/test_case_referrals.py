"""Referrals as rules: no step without consent and proof, each in its order, and a no of the family that counts at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from centre import case_records, case_referrals, cases
from centre.case_records import FAMILY, Case
from centre.case_referrals import MayNotOverride, NoChat, NotNext, ProofMissing
from centre.case_rules import ConsentMissing, IsClosed, NotYours, ReasonMissing
from centre.db import vault_of
from centre.privacy import CannotOpen
from centre.referral_records import NEXT, CaseReferral, State
from centre.staff import Role, SignedIn
from tests.admin.cases_made import KORLEKO, NUMBER, opened
from tests.centre.booked import korleko

NOW = datetime(2026, 12, 1, 2, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
WAYAN, RAHMAN = "wayan", "rahman"
PROOF = "Bu Ratih di loket, pukul 10, lewat telepon"


@pytest.fixture
def session(database):
    with database.transaction() as session:
        yield session


@pytest.fixture
def case(session) -> Case:
    """Inaq Rohani's case, held by Wayan."""
    case = opened(session, korleko(session, code=KORLEKO), NOW, number=NUMBER)
    cases.take(session, case, WAYAN, NOW)
    return case


@pytest.fixture
def referral(session, case) -> CaseReferral:
    return made(session, case)


def made(session: Session, case: Case, by: str = WAYAN, key: str = "a") -> CaseReferral:
    shares = ["words", "name"]
    return case_referrals.make(session, case, by, "bp3mi", "BP3MI NTB", "Mohon jemput Nia", shares, key, NOW)


def signed_in(role: Role, area: str) -> SignedIn:
    return SignedIn(RAHMAN, RAHMAN, "Rahman", False, frozenset({(role, area)}), NOW)


def changes(session: Session, case: Case) -> list[tuple[str, str, str]]:
    """(who, what, note) of every step of a referral."""
    return [
        (entry.by, entry.detail, case_records.words_of(session, entry))
        for entry in case_records.thread(session, case.id)
        if entry.detail.startswith("referral:")
    ]


def test_every_step_stands_in_the_thread_with_who_and_how(session, case, referral):
    case_referrals.heard(session, case, referral, WAYAN, PROOF, NOW)
    for state in (State.SENT, State.ACCEPTED, State.DONE):
        case_referrals.change(session, case, referral, WAYAN, state, f"{PROOF} {state}", LATER)
    number = referral.id
    assert changes(session, case) == [
        (WAYAN, f"referral:draft:{number}", ""),
        (WAYAN, f"referral:heard:{number}", PROOF),
        (WAYAN, f"referral:sent:{number}", f"{PROOF} sent"),
        (WAYAN, f"referral:accepted:{number}", f"{PROOF} accepted"),
        (WAYAN, f"referral:done:{number}", f"{PROOF} done"),
    ]
    assert (referral.sent_at, referral.shares) == (LATER, "name,words")


@pytest.mark.parametrize("start", State)
@pytest.mark.parametrize("to", State)
def test_a_state_follows_only_where_it_may(session, case, referral, start, to):
    referral.state, referral.consent = start, "spoken"
    if to in NEXT[start]:
        case_referrals.change(session, case, referral, WAYAN, to, PROOF, NOW)
        assert referral.state == to
    else:
        with pytest.raises(NotNext):
            case_referrals.change(session, case, referral, WAYAN, to, PROOF, NOW)
        assert referral.state == start


def test_nothing_is_sent_without_consent_proof_and_the_case_in_hand(session, case, referral):
    with pytest.raises(ConsentMissing):
        case_referrals.change(session, case, referral, WAYAN, State.SENT, PROOF, NOW)
    with pytest.raises(ConsentMissing):
        case_referrals.letter(session, case, referral)
    with pytest.raises(ProofMissing):
        case_referrals.heard(session, case, referral, WAYAN, "  ya      ", NOW)
    with pytest.raises(NotYours):
        case_referrals.heard(session, case, referral, RAHMAN, PROOF, NOW)
    case_referrals.heard(session, case, referral, WAYAN, PROOF, NOW)
    with pytest.raises(ProofMissing):
        case_referrals.change(session, case, referral, WAYAN, State.SENT, "sudah", NOW)
    with pytest.raises(NotYours):
        case_referrals.change(session, case, referral, RAHMAN, State.SENT, PROOF, NOW)
    assert referral.state == State.DRAFT


def test_asked_in_the_chat_a_yes_counts_once_and_is_told_with_its_number(session, case, referral):
    assert not case_referrals.consented(session, referral, True, NOW)
    case_referrals.ask(session, case, referral, WAYAN, NOW)
    [told] = [e for e in case_records.thread(session, case.id) if e.detail == f"consent:{referral.id}"]
    assert (told.kind, told.sending) == ("told", "waiting")
    assert case_referrals.asked(session, case, referral.id) is referral
    with pytest.raises(NotNext):
        case_referrals.ask(session, case, referral, WAYAN, NOW)
    assert case_referrals.consented(session, referral, True, LATER)
    assert (referral.consent, referral.consent_at) == ("chat", LATER)
    assert case_referrals.asked(session, case, referral.id) is None
    assert not case_referrals.consented(session, referral, True, LATER)
    assert [who for who, what, _ in changes(session, case) if "consented" in what] == [FAMILY]


def test_a_question_of_another_case_or_a_forged_number_is_none(session, case, referral):
    case_referrals.ask(session, case, referral, WAYAN, NOW)
    other = opened(session, None, NOW)
    assert case_referrals.asked(session, other, referral.id) is None
    assert case_referrals.asked(session, case, 2**70) is None


@pytest.mark.parametrize("state", [State.DRAFT, State.SENT, State.ACCEPTED, State.DONE])
def test_a_no_ends_it_wherever_it_stands(session, case, referral, state):
    case_referrals.ask(session, case, referral, WAYAN, NOW)
    case_referrals.consented(session, referral, True, NOW)
    referral.state = state
    assert case_referrals.consented(session, referral, False, LATER)
    assert referral.state == State.REVOKED
    with pytest.raises(ConsentMissing):
        case_referrals.letter(session, case, referral)
    assert not case_referrals.consented(session, referral, True, LATER)


def test_who_has_no_chat_is_asked_by_word(session, case, referral):
    case.conversation_id = None
    with pytest.raises(NoChat):
        case_referrals.ask(session, case, referral, WAYAN, NOW)


@pytest.mark.parametrize(
    ("role", "area", "may"),
    [
        (Role.SPECIALIST, "52.03", True),
        (Role.COORDINATOR, "52", True),
        (Role.ADMINISTRATOR, "", True),
        (Role.PETUGAS, KORLEKO, False),
        (Role.COORDINATOR, "32.12", False),
        (Role.PARTNER, "", False),
    ],
)
def test_going_without_consent_is_for_those_above_with_a_sealed_reason(session, case, referral, role, area, may):
    why = "Nia terluka parah dan tidak bisa ditanya"
    if not may:
        with pytest.raises(MayNotOverride):
            case_referrals.override(session, case, referral, signed_in(role, area), why, NOW)
        assert referral.consent is None
        return
    with pytest.raises(ReasonMissing):
        case_referrals.override(session, case, referral, signed_in(role, area), "darurat", NOW)
    case_referrals.override(session, case, referral, signed_in(role, area), why, NOW)
    assert why.encode() not in (referral.sealed_reason or b"")
    [seen] = case_referrals.of_case(session, case)
    assert (seen.reason, seen.request) == (why, "Mohon jemput Nia")
    assert not case_referrals.consented(session, referral, False, LATER)
    assert referral.state == State.DRAFT


def test_a_reason_opens_in_its_own_case_alone(session, case, referral):
    other = opened(session, None, NOW)
    with pytest.raises(CannotOpen):
        vault_of(session).open(referral.sealed_request, f"case_referrals|request|{other.id}")


def test_the_letter_holds_what_had_been_written_when_the_family_agreed(session, case, referral):
    case_referrals.heard(session, case, referral, WAYAN, PROOF, LATER)
    cases.add_words(session, case, "Ini rahasia kami saja", "later", LATER + timedelta(minutes=1))
    letter = case_referrals.letter(session, case, referral)
    assert [words for _, words in letter.words] == ["Anak saya Nia dikurung majikan di Johor."]
    assert (letter.name, letter.worker, letter.phone) == ("Inaq Rohani", "Nia", "")


def test_a_closed_case_is_referred_no_more_but_what_was_sent_is_followed_and_taken_back(session, case, referral):
    case_referrals.heard(session, case, referral, WAYAN, PROOF, NOW)
    case_referrals.change(session, case, referral, WAYAN, State.SENT, PROOF, NOW)
    cases.close(session, case, SignedIn(WAYAN, WAYAN, "Wayan", False, frozenset(), NOW), "referred", "Dirujuk", NOW)
    with pytest.raises(IsClosed):
        made(session, case, key="b")
    case_referrals.change(session, case, referral, RAHMAN, State.REVOKED, PROOF, LATER)
    assert referral.state == State.REVOKED

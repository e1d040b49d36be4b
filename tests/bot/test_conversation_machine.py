"""Whatever people tap and type in whatever order: nobody is left without a way on, and danger is always answered first.

Hypothesis plays the people, the same walks in every run.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bot import words
from bot.conversation import STEPS, respond
from bot.turns import Guide
from bot.understanding import understand
from centre import conversations
from centre.conversations import Conversation, Sender
from centre.db import Database
from centre.messages import CODE_LIMIT, LABEL_LIMIT, LIMITS, Incoming, Outgoing, check, fit
from tests.bot.chatting import NOW

DANGERS = (
    "tolong saya dipukul majikan",
    "saya dipukul majikan di Arab Saudi",
    "majikan nggebugi aku ning Taiwan",
    "saya takut sama majikan",
    "help my boss hit me",
    "🆘",
)
QUESTIONS = (
    "gaji saya belum dibayar",
    "gaji saya",
    "gajiku durung dibayar piye",
    "biaya berangkat ke taiwan siapa yang bayar",
    "resep sayur lodeh",
    "saya mau pulang dengan aman",
)
NAMES = (
    "Korleko",
    "kuripan",
    "Kenanga",
    "desa lenek",
    "desa ZZZ999",
    "/start HJK347",
    "/start x",
    "jawa",
    "ya",
    "tidak",
)
JUNK = (
    "",
    "   ",
    "🙏",
    "\u200b\u2060",
    "\u202eاهلا",
    "{0} %s {title}",
    "<b>",
    "' OR 1=1 --",
    "aduh " * 2000,
    "\x00",
    "9" * 40,
)
CODES = (
    "",
    "art:",
    "art:tidak-ada",
    "lang:xx",
    "lang:",
    "village:0",
    "village:٣",
    "reg:33.07:Kuripan",
    "reg::",
    "menu:99",
)
MORE_CODES = (
    "topic:bekerja:7",
    "yes:tidak-ada",
    "danger:",
    "forget:yes",
    "forget:no",
    "x" * 500,
    "skip:1",
    "\x00",
    "menu:" + "9" * 59,
)
STEPS_KNOWN = {None, *STEPS}


class Chatting(RuleBasedStateMachine):
    """One person, from the first message on."""

    guide: Guide
    database: Database

    @initialize(channel=st.sampled_from(sorted(LIMITS)))
    def begin(self, channel: str) -> None:
        self.open = ExitStack()
        self.session = self.open.enter_context(self.database._session(self.database.engine))
        sender = Sender(channel, (("phone", "628123450002"),))
        found = conversations.of_sender(self.session, sender, NOW)
        self.conversation = self.session.get_one(Conversation, found)
        self.ever_offered = ["menu"]
        self.replies: tuple[Outgoing, ...] = (Outgoing("nothing yet"),)

    def teardown(self) -> None:
        self.session.rollback()
        self.open.close()

    # What people do

    @rule(text=st.sampled_from(QUESTIONS + NAMES + JUNK))
    def write(self, text: str) -> None:
        self._turn(Incoming("text", text))

    @rule(text=st.text(max_size=60))
    def write_anything(self, text: str) -> None:
        self._turn(Incoming("text", text))

    @rule(word=st.sampled_from(sorted(words.table())))
    def write_a_word_that_works_everywhere(self, word: str) -> None:
        self._turn(Incoming("text", word))

    @rule(kind=st.sampled_from(("media", "other")), text=st.sampled_from(("", "ini foto gaji saya")))
    def send_a_picture(self, kind: str, text: str) -> None:
        response = self._turn(Incoming(kind, text))  # type: ignore[arg-type]
        is_refused = kind == "media" and LIMITS[self.conversation.channel].is_exposed
        assert response in ((kind, None) if is_refused else (kind,)), (
            "staff look at what the bot cannot read and no case keeps"
        )

    @rule(data=st.data())
    def tap_a_button_of_any_age(self, data: st.DataObject) -> None:
        self._turn(Incoming("tap", code=data.draw(st.sampled_from(self.ever_offered))))

    @rule(code=st.sampled_from(CODES + MORE_CODES))
    def tap_what_was_never_offered(self, code: str) -> None:
        self._turn(Incoming("tap", code=code))

    @rule(text=st.sampled_from(DANGERS), kind=st.sampled_from(("text", "media")), warned=st.booleans())
    def is_in_danger(self, text: str, kind: str, warned: bool) -> None:
        self._turn(Incoming(kind, text, warned=warned))  # type: ignore[arg-type]
        if not warned:
            numbers = [contact.number for contact in self.guide.library.contacts.values()]
            assert any(number in self.replies[0].text for number in numbers), "the first words carry a number to call"

    @rule(text=st.sampled_from(("halo", "makasih", "matur nuwun", "bot goblok tidak guna", "sampai jumpa")))
    def make_small_talk(self, text: str) -> None:
        assert understand(text, None, self.guide).kind == "chitchat"
        self._turn(Incoming("text", text))
        codes = {choice.code.partition(":")[0] for reply in self.replies for choice in reply.choices}
        assert "more" not in codes, "small talk is never answered with an article"

    @precondition(lambda self: self.conversation.offered)
    @rule(data=st.data())
    def type_a_number(self, data: st.DataObject) -> None:
        """A number does exactly what its button does."""
        number = data.draw(st.integers(1, len(self.conversation.offered)))
        code = self.conversation.offered[number - 1][0]
        with self._undone():
            tapped = self._answer(Incoming("tap", code=code)), self._state()
        self._turn(Incoming("text", str(number)))
        assert (self.replies, self._state()) == tapped

    # What is true after every turn

    @invariant()
    def every_reply_says_something(self) -> None:
        assert self.replies or self.conversation.has_case, "only where a person will answer may the bot be silent"
        assert all(reply.text.strip() for reply in self.replies)

    @invariant()
    def the_step_is_known(self) -> None:
        assert self.conversation.step in STEPS_KNOWN

    @invariant()
    def every_channel_can_carry_it(self) -> None:
        for limits in LIMITS.values():
            for reply in self.replies:
                for choice in reply.choices:
                    check(choice)
                    assert choice.label.strip()
                    assert len(choice.label) <= LABEL_LIMIT
                    assert 0 < len(choice.code.encode()) <= CODE_LIMIT
                for part in fit(reply, limits):
                    most = {"plain": limits.text, "numbers": limits.text}.get(part.style, limits.interactive)
                    assert 0 < limits.measure(part.text) <= most
                    assert len(part.choices) <= {"buttons": limits.buttons, "list": limits.rows}.get(part.style, 0)

    @invariant()
    def buttons_can_be_told_apart(self) -> None:
        for reply in self.replies:
            assert len({choice.label for choice in reply.choices}) == len(reply.choices)

    @invariant()
    def menu_and_a_person_are_within_reach(self) -> None:
        with self._undone():
            menu = self._answer(Incoming("text", "0"))
            codes = {choice.code for reply in menu for choice in reply.choices}
            if LIMITS[self.conversation.channel].in_sms:  # one text, with the numbers in it
                codes = {str(code) for code, _, _ in self.conversation.offered}
            assert codes & {"person", "skip"}
        with self._undone():
            person = self._answer(Incoming("text", "petugas"))
            assert any("0800-0000" in reply.text for reply in person)

    # How it is played

    def _turn(self, incoming: Incoming) -> str | None:
        response = respond(self.session, self.conversation, incoming, self.guide, NOW)
        self.session.flush()
        self.replies = response.replies
        self.ever_offered += [choice.code for reply in self.replies for choice in reply.choices]
        return response.for_staff

    def _answer(self, incoming: Incoming) -> tuple[Outgoing, ...]:
        replies = respond(self.session, self.conversation, incoming, self.guide, NOW).replies
        self.session.flush()
        return replies

    @contextmanager
    def _undone(self) -> Iterator[None]:
        point = self.session.begin_nested()
        try:
            yield
        finally:
            point.rollback()

    def _state(self) -> tuple[object, ...]:
        kept = self.conversation
        return (
            kept.step,
            kept.language,
            kept.village_id,
            kept.offered,
            kept.memory,
            kept.stopped_at,
            kept.notice_version,
        )


def test_nobody_is_ever_left_without_a_way_on(guide: Guide, village_database: Database) -> None:
    machine = type("Played", (Chatting,), {"guide": guide, "database": village_database})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=30,
            stateful_step_count=25,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )

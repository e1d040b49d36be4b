"""The danger interview: a few plain questions about an offer, and what their answers come to.

The questions and the judgement are `content.warning_signs`; here they are asked in the person's language, by buttons or typed.
The answers are kept in the conversation's memory, sealed like all that stands there, for a day, and let go with the result.
"""

from __future__ import annotations

from collections.abc import Iterator

from bot import check_reading, half_told
from bot.check_cards import HELP_NOW, contact_lines, next_step, say_of, sign_line
from bot.dialogues import guidance
from bot.turns import Answer, Turn, remember
from centre.messages import Choice
from content.warning_signs import CODES, QUESTIONS, Findings, Question, Reply, judge, next_question, row_of

STEP = "interview"
MEMORY = "interview"
REPLIES: dict[str, Reply] = {"yes": "yes", "no": "no", "unknown": "unknown"}


def begin(turn: Turn, _rest: str = "") -> Answer:
    """From the beginning, or from where it was left."""
    say = say_of(turn)
    following = go_on(turn)
    told = say.interview_goes_on() if _answers(turn) else say.interview_begins(len(QUESTIONS))
    return Answer(f"{told}\n\n{following.text}", following.choices, following.next_step)


def go_on(turn: Turn) -> Answer:
    """The next question, or with all that is needed said, the result."""
    answers = _answers(turn)
    question = next_question(answers)
    if question:
        return _ask(turn, question)
    let_go(turn)
    return _result(turn, judge(answers))


def answered(turn: Turn, rest: str) -> Answer:
    """A question was answered (`rest`: its code and the reply). An old button answers its question anew."""
    code, _, said = rest.partition(":")
    if code in CODES and said in REPLIES:
        _keep(turn, {**_answers(turn), code: REPLIES[said]})
    return go_on(turn)


def typed(turn: Turn, text: str) -> Answer | None:
    """A wish to be asked, or a reply to the open question in other words than its buttons; None for everything else."""
    if check_reading.wants_interview(text):
        return begin(turn)
    reply = check_reading.reply_in(text) if turn.conversation.step == STEP else None
    question = next_question(_answers(turn))
    return answered(turn, f"{question.code}:{reply}") if reply and question else None


def is_under_way(turn: Turn) -> bool:
    """Has somebody begun, so that what they were asked on the way leads back here?"""
    return bool(_answers(turn))


def let_go(turn: Turn) -> None:
    """Forget what was answered so far."""
    remember(turn.conversation, **{MEMORY: None})


def _ask(turn: Turn, question: Question) -> Answer:
    say = say_of(turn)
    number = QUESTIONS.index(question) + 1
    labels = {"yes": say.label_yes(), "no": say.label_no(), "unknown": say.label_unknown()}
    choices = tuple(Choice(f"sign:{question.code}:{reply}", label) for reply, label in labels.items())
    return Answer(say.numbered(number, len(QUESTIONS), say.question(question.code)), choices, next_step=STEP)


def _result(turn: Turn, found: Findings) -> Answer:
    text = "\n\n".join(_told(turn, found))
    choices = (guidance.person_choice(turn.say), guidance.offer_choice(turn.say), guidance.menu_choice(turn.say))
    return Answer(text, choices)


def _told(turn: Turn, found: Findings) -> Iterator[str]:
    """What is urgent first, then each sign with its rule, what is not known yet, and the next safe step."""
    say = say_of(turn)
    if found.urgent:
        yield "\n".join((say.urgent(found.urgent[0]), *contact_lines(turn, HELP_NOW)))
    signs = (sign_line(say, row_of(code), turn.now.date()) for code in found.signs)
    yield "\n".join((say.outcome(found.outcome), *signs))
    if found.unknown:
        yield "\n".join((say.find_out_first(), *(f"- {say.question(code)}" for code in found.unknown)))
    yield next_step(turn, found.outcome)


def _answers(turn: Turn) -> dict[str, Reply]:
    """What was answered so far, unless that was long ago. It may have been kept by an earlier version of us."""
    kept = half_told.kept(turn, MEMORY)
    if not kept:
        return {}
    return {code: REPLIES[said] for code, said in kept["answers"].items() if code in CODES and said in REPLIES}


def _keep(turn: Turn, answers: dict[str, Reply]) -> None:
    half_told.keep(turn, MEMORY, {"answers": answers})

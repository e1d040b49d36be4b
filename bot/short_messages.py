"""What is said by short message: one text a turn, at most three parts, and the rest when the person asks for more.

All replies of a turn are joined, because each message costs; the names of choices are shortened before anything is cut.
What did not fit waits in the conversation, sealed, until "LAGI" or until something else is said.
"""

from __future__ import annotations

from dataclasses import replace

from bot import words
from bot.gateway_phrases import GatewayPhrases
from bot.turns import Answer, Turn, language_of, remember
from centre import sms_parts
from centre.conversations import Conversation
from centre.messages import LIMITS, Choice, Limits, Outgoing, cut_at, numbered

REST = "sms_rest"
LONGEST_REST = 2000
"""Characters: nobody asks five times for more."""


def fitted(conversation: Conversation, replies: tuple[Outgoing, ...]) -> tuple[Outgoing, ...]:
    """These replies as the conversation's channel takes them: as they are, or as one short message."""
    limits = LIMITS[conversation.channel]
    if not limits.in_sms or not replies:
        return replies
    remember(conversation, **{REST: None})
    whole = _joined(replies)
    if limits.measure(whole) > limits.text:
        whole = _joined(tuple(replace(each, choices=_briefly(each.choices)) for each in replies))
    if limits.measure(whole) <= limits.text:
        return (Outgoing(whole),)
    return (Outgoing(_begun(conversation, whole, limits)),)


def more(turn: Turn, text: str) -> Answer | None:
    """The rest of what was said last, where it is asked for; what was open stays open. None for all else."""
    if not LIMITS[turn.conversation.channel].in_sms or not words.is_more(text):
        return None
    if rest := turn.conversation.memory.get(REST):
        return Answer(str(rest), next_step=turn.conversation.step)
    return None if turn.conversation.step or turn.is_first else Answer(turn.say.nothing_readable())


def _joined(replies: tuple[Outgoing, ...]) -> str:
    return sms_parts.plain("\n\n".join(numbered(each) for each in replies))


def _briefly(choices: tuple[Choice, ...]) -> tuple[Choice, ...]:
    return tuple(replace(choice, title="") for choice in choices)


def _begun(conversation: Conversation, whole: str, limits: Limits) -> str:
    """As much as fits above the line that says how to get the rest, which is kept."""
    ending = f"\n{sms_parts.plain(GatewayPhrases(language_of(conversation)).more_follows())}"
    room = sms_parts.longest(whole, limits.text)
    head = whole
    while limits.measure(f"{head}{ending}") > limits.text:
        room -= len(ending) // 2
        head = whole[: cut_at(whole, room)].rstrip()
    remember(conversation, **{REST: whole[len(head) :].strip()[:LONGEST_REST]})
    return f"{head}{ending}"

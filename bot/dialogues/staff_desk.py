"""Staff in their own chat: linking it to their account at the desk."""

from __future__ import annotations

from bot.dialogues import guidance
from bot.staff_phrases import StaffPhrases
from bot.turns import Answer, Turn
from centre import staff_channels


def link(turn: Turn, text: str) -> Answer:
    """A code from the desk: this chat is that officer's from now on, or a way on. An open step stays open."""
    say = StaffPhrases(turn.say.language)
    step = turn.conversation.step
    ways_on = (guidance.menu_choice(turn.say), guidance.person_choice(turn.say))
    if turn.conversation.channel != staff_channels.CHANNEL:
        return Answer(say.link_on_telegram(), ways_on, step)
    if staff_channels.redeem(turn.session, turn.conversation, text, turn.now) is None:
        return Answer(say.not_linked(), ways_on, step)
    turn.conversation.stopped_at = None  # whoever links wants to be told
    return Answer(say.linked(), next_step=step)

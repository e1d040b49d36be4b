"""`kabar` and `berhenti kabar`: who wants to hear of trainings and news from their village, and who no longer does.

It is asked once by us, when somebody has just said that an answer helped and we know their village; never where there is or
was a case, because then somebody else may read it.
"""

from __future__ import annotations

from dataclasses import replace

from bot import announcements
from bot.dialogues import guidance, welcome
from bot.news_phrases import NewsPhrases
from bot.turns import Answer, Turn
from centre import announcement_tries, areas, news_consents
from centre.messages import Choice


def chosen(turn: Turn, word: str) -> Answer:
    """A yes, a no, or the word alone, which is a yes."""
    say = NewsPhrases(turn.say.language)
    if word == "no":
        return unwanted(turn)
    news_consents.note(turn.session, turn.conversation, True, turn.now)
    if turn.conversation.village_id is None:
        asked = welcome.choose_village(turn)
        return replace(asked, text=f"{say.wanted()}\n\n{asked.text}")
    return Answer(say.wanted(), (guidance.menu_choice(turn.say),))


def unwanted(turn: Turn) -> Answer:
    """No news from now on; answers go on."""
    news_consents.note(turn.session, turn.conversation, False, turn.now)
    return Answer(NewsPhrases(turn.say.language).unwanted(), (guidance.menu_choice(turn.say),))


def tried(turn: Turn, text: str) -> Answer:
    """Somebody of the desk tries an announcement on themselves: as it reads, and nothing else. An open step stays open."""
    step = turn.conversation.step
    found = announcement_tries.of_code(turn.session, turn.conversation, text, turn.now)
    if found is None:
        ways_on = (guidance.menu_choice(turn.say), guidance.person_choice(turn.say))
        return Answer(NewsPhrases(turn.say.language).not_to_try(), ways_on, step)
    announcement, language = found
    village = areas.get(turn.session, min(announcement.villages))
    said = announcement.text_for([language])
    return Answer(announcements.around(*said, village.name if village else ""), next_step=step)


def ask_once(turn: Turn, said: Answer) -> Answer:
    """What was said, and under it the question, where it fits and was never asked."""
    conversation = turn.conversation
    if conversation.village_id is None or conversation.has_case or conversation.stopped_at:
        return said
    if news_consents.of(turn.session, conversation.id):
        return said
    news_consents.note(turn.session, conversation, None, turn.now)
    say = NewsPhrases(turn.say.language)
    choices = (Choice("news:yes", say.label_yes()), Choice("news:no", say.label_no()))
    # After the others: a "1" typed by habit must stay what it was, and agree to nothing.
    return replace(said, text=f"{said.text}\n\n{say.ask()}", choices=(*said.choices, *choices))

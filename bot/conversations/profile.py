"""A person's own profile in chat: shown, filled in one field at a time, erased; every field is optional."""

from collections.abc import Callable, Mapping

from backoffice.kernel.exchange import NewLetter, Question
from backoffice.kernel.messages import Choice, Message, Param, Sentence, Term
from backoffice.organisations.model import Organisation
from backoffice.people import minors, phones, preferences
from backoffice.people.model import EmergencyContact, Profile
from backoffice.workflows import vetting
from bot.conversations import order_questions
from bot.conversations.turn import Turn, choices

FIELDS = (
    "call_me",
    "phone",
    "languages",
    "nationality",
    "contacts",
    "blood_group",
    "allergies",
    "medicines",
    "document_digits",
    "duress_word",
    "envoy_sex",
    "birth",
)
HIDDEN = frozenset({"duress_word"})
"""Shown as kept, never in words: somebody may be watching."""
LIMIT = 200
CONSENT = "profile"


async def show(turn: Turn) -> None:
    """What is kept, and what can be changed; consent is asked before the first field."""
    if CONSENT not in turn.person.profile.consents:
        offered = choices(("agree", "button.agree", "1"), ("refuse", "button.no_thanks", "2"))
        who = await _who_sees(turn)
        await turn.ask(Message("profile.consent", choices=offered, more=who), "profile.consent")
        return
    lines = tuple(_line(turn.person.profile, name) for name in FIELDS) + await _who_sees(turn)
    fields = [Choice(name, f"profile_field.{name}", str(i)) for i, name in enumerate(FIELDS, 1)]
    offered = (*fields, Choice("erase", "button.erase", "99"))
    await turn.ask(Message("profile.shown", choices=offered, more=lines), "profile.menu")


async def _who_sees(turn: Turn) -> tuple[Sentence, ...]:
    """The organisations that answer for this person, and what each may see."""
    bound = await turn.work.uow.organisations.of_person(turn.person.id)
    return tuple(_sees(m.organisation) for m in bound)


def _sees(organisation: Organisation) -> Sentence:
    if organisation.sees_place:
        return Sentence("profile.organisation_place", {"organisation": organisation.name})
    return Sentence("profile.organisation", {"organisation": organisation.name})


def _line(profile: Profile, name: str) -> Sentence:
    return Sentence("profile.line", {"field": Term(f"profile_field.{name}"), "value": _shown(profile, name)})


def _shown(profile: Profile, name: str) -> Param:
    value = getattr(profile, name)
    if not value:
        return Term("profile.empty")
    if name in HIDDEN:
        return Term("profile.kept")
    if name == "contacts":
        return "; ".join(f"{c.name} {phones.tail(c.phone)}" for c in value)
    if name == "phone":
        return phones.tail(value)
    if name == "envoy_sex":
        return Term(f"envoy_wish.{preferences.wanted_sex(value) or preferences.ANY}")
    return "; ".join(value) if isinstance(value, list) else str(value)


async def answer(turn: Turn, question: Question, value: str) -> bool:
    """A choice inside the profile."""
    await turn.work.uow.talk.close_question(question.id)
    step = question.kind.split(".", 1)[1]
    if step == "consent":
        return await _consented(turn, value == "agree")
    if step == "erase":
        return await _erased(turn, value == "yes")
    if step == "menu" and value == "erase":
        return await ask_erase(turn)
    if step == "menu":
        return await _ask_field(turn, value)
    if step == "envoy_sex" and value != "clear":
        return await _keep(turn, step, value)
    return await _clear(turn, step)


async def _consented(turn: Turn, yes: bool) -> bool:
    if not yes:
        await turn.say("profile.no_consent")
        return True
    given = turn.person.profile.consents | {CONSENT: turn.work.now.isoformat()}
    turn.person.profile.consents = given
    await turn.work.uow.people.save(turn.person)
    await show(turn)
    return True


async def ask_erase(turn: Turn) -> bool:
    offered = choices(("yes", "button.erase_all", "1"), ("no", "button.keep", "2"))
    await turn.ask(Message("profile.erase", choices=offered), "profile.erase")
    return True


async def _erased(turn: Turn, yes: bool) -> bool:
    if not yes:
        await turn.say("profile.kept_all")
        return True
    await vetting.erased(turn.work, turn.person.id)
    await turn.work.uow.policies.forget_proofs(turn.person.id)
    await turn.work.uow.people.erase(turn.person.id)
    done = NewLetter(turn.person.id, Message("profile.erased"), only=turn.incoming.sender.at)
    await turn.work.tell(done)
    return True


async def _ask_field(turn: Turn, name: str) -> bool:
    picks = order_questions.SEXES if name == "envoy_sex" else ()
    offered = (*picks, *choices(("clear", "button.clear", "9")))
    await turn.ask(Message(f"profile.ask_{name}", choices=offered), f"profile.{name}")
    return True


async def _keep(turn: Turn, name: str, value: object) -> bool:
    setattr(turn.person.profile, name, value)
    return await _saved(turn)


async def _clear(turn: Turn, name: str) -> bool:
    setattr(turn.person.profile, name, [] if name in ("languages", "contacts") else "")
    return await _saved(turn)


async def _saved(turn: Turn) -> bool:
    await turn.work.uow.people.save(turn.person)
    await turn.say("profile.saved")
    return True


async def filled(turn: Turn, question: Question, words: str) -> bool:
    """Typed words for the field that was asked; what does not fit is said, and nothing is lost."""
    name = question.kind.split(".", 1)[1]
    if name not in FIELDS:
        return False
    read = _READ.get(name, _plain)
    value = minors.born(words, turn.work.now.date()) if name == "birth" else read(words.strip()[:LIMIT])
    if value is None:
        await turn.say(f"profile.bad_{name}")
        return True
    await turn.work.uow.talk.close_question(question.id)
    return await _keep(turn, name, value)


def _plain(words: str) -> object | None:
    return words or None


def _phone(words: str) -> object | None:
    return phones.parse(words, None)


def _several(words: str) -> object | None:
    parts = [p.strip() for p in words.replace("、", ",").replace("，", ",").replace(";", ",").split(",")]
    return [p for p in parts if p] or None


def _contacts(words: str) -> object | None:
    """ "Name, number" — one emergency contact a message; a new one replaces the old."""
    number = phones.parse(words, None)
    if number is None:
        return None
    name = words
    for character in "0123456789+()-,，;； ":
        name = name.replace(character, " ")
    return [EmergencyContact(" ".join(name.split()) or number, number)]


def _digits(words: str) -> object | None:
    """The last four characters of a document, no more."""
    tail = "".join(c for c in words if c.isalnum())[-4:]
    return tail if len(tail) == 4 else None


def _duress(words: str) -> object | None:
    """Long enough that nobody says it by chance."""
    return words if len(words) >= 3 and not words.isdigit() else None


_READ: Mapping[str, Callable[[str], object | None]] = {
    "phone": _phone,
    "languages": _several,
    "contacts": _contacts,
    "document_digits": _digits,
    "duress_word": _duress,
    "envoy_sex": preferences.envoy_sex,
}

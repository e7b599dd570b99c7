"""The page as words: what this reader may know, in their language, with times in both zones."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from backoffice import ports
from backoffice.cases import face
from backoffice.cases.model import Case, CaseStatus, Hurt
from backoffice.families import stages
from backoffice.families.model import Follower, Part
from backoffice.families.scopes import Precision, Scope
from backoffice.families.stages import Moment, Stage
from backoffice.follow import place
from backoffice.kernel.messages import Message, Param, Role, When
from backoffice.ports.families import FollowView
from backoffice.workflows import family_letters, family_silence, family_talk

LOCALES = ("zh_Hans", "zh_Hant", "en", "ja", "ko")
HTML_LANG = {"zh_Hans": "zh-Hans", "zh_Hant": "zh-Hant"}
NAMES = {"zh_Hans": "简体中文", "zh_Hant": "繁體中文", "en": "English", "ja": "日本語", "ko": "한국어"}
"""A language is named in itself."""


@dataclass(frozen=True, slots=True)
class Speech:
    """One reader's language and zone."""

    words: ports.Words
    locale: str
    zone: str

    def say(self, key: str, params: Mapping[str, Param] | None = None) -> str:
        return self.words.text(Message(key, params or {}), self.locale, self.zone)

    def when(self, at: datetime, zone: str) -> str:
        return self.say("follow.at", {"when": When(at, zone)})

    def both(self, at: datetime, there: str) -> tuple[str, str]:
        """A time where the traveller is, and where the reader is; the second empty when it is the same."""
        first, second = self.when(at, there), self.when(at, self.zone)
        return first, "" if first == second else second


@dataclass(frozen=True, slots=True)
class Now:
    """When and for whom the page is made; `phones` are the centre's own lines by language."""

    at: datetime
    speech: Speech
    places: ports.Places
    phones: Mapping[str, str]


def shell(speech: Speech) -> dict[str, Any]:
    """What every page of ours has."""
    say = speech.say
    return {
        "lang": HTML_LANG.get(speech.locale, speech.locale),
        "title": say("follow.title"),
        "languages": [(tag, NAMES[tag]) for tag in LOCALES if tag != speech.locale],
        "language": say("follow.language"),
    }


def gone(speech: Speech) -> dict[str, Any]:
    """A link that opens nothing: a wrong one and an ended one read the same."""
    say = speech.say
    return shell(speech) | {"head": say("follow.gone_title"), "said": say("follow.gone")}


def door(speech: Speech) -> dict[str, Any]:
    """Before a person has pressed the button behind a link: machines that look ahead see this and no more."""
    say = speech.say
    return shell(speech) | {
        "head": say("follow.door_title"),
        "said": say("follow.door"),
        "button": say("follow.door_button"),
    }


def page(view: FollowView, now: Now) -> dict[str, Any]:
    """Everything the page shows to this reader."""
    case, follower, speech = view.case, view.follower, now.speech
    there = family_letters.zone_of(case, follower)
    moments = stages.told(view.events) if Scope.SAFE in follower.scopes else []
    newest = moments[-1] if moments else None
    return shell(speech) | {
        "drill": speech.say("follow.drill") if case.drill else "",
        "state": _state(speech, newest, family_silence.plain_page(case, follower)),
        "look": _look(newest),
        "since": speech.both(newest.at, there) if newest else ("", ""),
        "next": _next(speech, newest),
        "call": _call(now),
        "stages_title": speech.say("follow.stages"),
        "stages": [_stage(case, follower, speech, m, there) for m in reversed(moments)],
        "where": _where(view, now, there),
        "facts": _facts(case, follower, speech),
        "thread": _thread(view, speech, there),
        "updated": speech.say("follow.updated", {"when": When(now.at, speech.zone)}),
        "update": speech.say("follow.update"),
        "live": speech.say("follow.live"),
        "lost": speech.say("follow.lost"),
        "reloads": speech.say("follow.reloads"),
        "seen": speech.say("follow.seen"),
    }


def _state(speech: Speech, newest: Moment | None, plain: bool) -> str:
    if newest:
        return speech.say(f"follow.state_{newest.stage}")
    return speech.say("follow.state_plain" if plain else "follow.state_base")


def _look(newest: Moment | None) -> str:
    """Colour carries state only, and a word stands beside it."""
    if newest is None:
        return "under_way"
    safe = {Stage.ARRIVED, Stage.HOSPITAL, Stage.CLOSED}
    return "safe" if newest.stage in safe else "waiting" if newest.stage is Stage.ENVOY_LOST else "under_way"


def _next(speech: Speech, newest: Moment | None) -> dict[str, str]:
    said = speech.say(f"follow.next_{newest.stage}") if newest else speech.say("follow.next_base")
    return {"title": speech.say("follow.next"), "said": said}


def _call(now: Now) -> dict[str, Any]:
    phones = now.phones
    number = phones.get(now.speech.locale) or phones.get("en") or next(iter(phones.values()), "")
    none = "" if number else now.speech.say("follow.call_none")
    return {"title": now.speech.say("follow.call"), "number": number, "none": none}


def _stage(case: Case, follower: Follower, speech: Speech, moment: Moment, there: str) -> dict[str, Any]:
    name = family_letters.place_name(case, follower, moment)
    words = speech.say(f"follow.stage_{moment.stage}")
    first, second = speech.both(moment.at, there)
    return {"words": words, "place": name, "there": first, "here": second, "at": moment.at.isoformat()}


def _where(view: FollowView, now: Now, there: str) -> dict[str, Any] | None:
    shown = place.of(view, now.places)
    if shown is None:
        return None
    say = now.speech.say
    words = say("family.in_city", {"place": shown.words})
    exact = shown.precision is Precision.EXACT
    point = [round(shown.point.lat, 5), round(shown.point.lon, 5)] if shown.point else None
    return {
        "title": say("follow.place"),
        "words": words,
        "note": say("follow.map_exact") if exact else say("follow.map_city"),
        "numbers": f"{point[0]:.5f}, {point[1]:.5f}" if exact and point else "",
        "at": now.speech.both(shown.at, there) if shown.at else ("", ""),
        "show": say("follow.map_show"),
        "label": say("follow.map_label"),
        "map": {"at": point, "radius": shown.radius_m, "exact": exact, "name": words} if point else None,
    }


def _facts(case: Case, follower: Follower, speech: Speech) -> list[tuple[str, str]]:
    """What is known of the illness, for those who may know it."""
    hurt = face.hurt(case)
    if Scope.MEDICAL not in follower.scopes or hurt is Hurt.UNKNOWN:
        return []
    return [(speech.say("scope.medical"), speech.say(f"follow.hurt_{hurt}"))]


def _thread(view: FollowView, speech: Speech, there: str) -> dict[str, Any]:
    """Their own questions, the centre's answers to them, and what it told everybody who may know such things."""
    lines = [
        {
            "own": entry.role is Role.FAMILY,
            "name": speech.say("follow.you") if entry.role is Role.FAMILY else entry.name,
            "text": entry.text,
            "file": speech.say(f"follow.sent_{entry.media.kind}") if entry.media else "",
            "about": speech.say(f"scope.{entry.scope}") if entry.scope in set(Scope) else "",
            "there": speech.both(entry.at, there)[0],
            "here": speech.both(entry.at, there)[1],
        }
        for entry in view.entries
        if mine(entry.follower, entry.scope, view.follower)
    ]
    say = speech.say
    return {
        "title": say("follow.thread"),
        "lines": lines,
        "label": say("follow.ask_label"),
        "button": say("follow.ask_button"),
        "note": say("follow.ask_note"),
        "may": view.follower.part is Part.RELATIVE and view.case.status is not CaseStatus.CLOSED,
    }


def mine(to: str | None, scope: str, follower: Follower) -> bool:
    """Whether this reader may read an entry."""
    if scope == family_talk.CALLED:
        return False
    return to == follower.id if to else scope in {str(s) for s in follower.scopes}

"""Protocols: what to ask and do in each kind of case, as a checklist whose every edition is kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from backoffice.cases.model import Kind
from backoffice.kernel.errors import Refusal
from backoffice.kernel.ids import OperatorId

LOCALES = ("zh_Hans", "en")
"""Staff work in these languages."""
MOST_STEPS = 40
WORDS_LIMIT = 400


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a checklist. `key` stays when its words change, so that a tick survives a new edition."""

    key: str
    words: Mapping[str, str]
    required: bool = False
    """The case cannot be closed as helped before it is ticked."""

    def said(self, locale: str) -> str:
        return self.words.get(locale) or self.words["zh_Hans"]


@dataclass(frozen=True, slots=True)
class Protocol:
    """One edition. An edition never changes; a case keeps the one it began with until somebody takes the newer."""

    code: str
    edition: int
    names: Mapping[str, str]
    kinds: tuple[Kind, ...]
    steps: tuple[Step, ...]
    made_at: datetime
    made_by: str = ""

    def name(self, locale: str) -> str:
        return self.names.get(locale) or self.names["zh_Hans"]

    def fits(self, kind: Kind) -> bool:
        """Offered for this kind; nothing is offered for no kind at all (a protocol put out of use)."""
        return kind in self.kinds


@dataclass(frozen=True, slots=True)
class Tick:
    """Somebody has done a step."""

    step: str
    at: datetime
    by: OperatorId
    name: str


@dataclass(frozen=True, slots=True)
class Running:
    """A protocol at work in a case: the edition it began with, its ticks, and the newest edition there is."""

    protocol: Protocol
    ticks: Mapping[str, Tick]
    newest: int

    @property
    def done(self) -> int:
        return sum(step.key in self.ticks for step in self.protocol.steps)

    @property
    def missing(self) -> tuple[Step, ...]:
        """Required steps nobody has ticked."""
        return tuple(s for s in self.protocol.steps if s.required and s.key not in self.ticks)

    @property
    def outdated(self) -> bool:
        return self.newest > self.protocol.edition


def offered(newest: Sequence[Protocol], running: Sequence[Running], kind: Kind) -> list[Protocol]:
    """Those that fit this kind and do not run yet, by code."""
    begun = {r.protocol.code for r in running}
    return sorted((p for p in newest if p.fits(kind) and p.code not in begun), key=lambda p: p.code)


def check(given: Protocol) -> Protocol:
    """What a supervisor wrote, tidied. Raises `Refusal` in words: each step in both languages, each key once."""
    steps = tuple(_tidy(step) for step in given.steps)
    if not steps or len(steps) > MOST_STEPS:
        raise Refusal("protocol.steps_wrong", 400, most=MOST_STEPS)
    if not all(given.names.get(locale, "").strip() for locale in LOCALES):
        raise Refusal("protocol.name_missing", 400)
    if len({step.key for step in steps}) < len(steps):
        raise Refusal("protocol.key_twice", 400)
    names = {locale: given.names[locale].strip()[:80] for locale in LOCALES}
    return replace(given, names=names, steps=steps)


def _tidy(step: Step) -> Step:
    words = {locale: step.words.get(locale, "").strip()[:WORDS_LIMIT] for locale in LOCALES}
    if not all(words.values()):
        raise Refusal("protocol.words_missing", 400)
    return replace(step, words=words)

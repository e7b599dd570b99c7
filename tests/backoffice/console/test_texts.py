"""The console's catalogue is complete in both languages and knows every code the business emits."""

import re
import string
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

import pytest

from backoffice.cases import macros
from backoffice.cases.model import CaseStatus, CloseReason, Event, Kind, Verified
from backoffice.cases.papers import PaperKind
from backoffice.console import access, actions, app, clocks, files, texts, thread, view
from backoffice.dispatch.fitting import Reason
from backoffice.dispatch.model import AssignmentStatus
from backoffice.insurance.cover import Fit
from backoffice.kernel.exchange import LetterState
from backoffice.kernel.geo import Source
from backoffice.kernel.ids import CaseId
from backoffice.kernel.messages import MediaKind, Role
from backoffice.places.emergency_numbers import Service
from backoffice.ports import OperatorRole

ROOT = Path(app.__file__).parents[2]
ALL = texts.load()
KEY = re.compile(r"""\bt\(["']([a-z_.0-9A-Z]+)["']""")
ENUMS: dict[str, type[StrEnum]] = {
    "role": OperatorRole,
    "status": CaseStatus,
    "kind": Kind,
    "verified": Verified,
    "reason": CloseReason,
    "assignment": AssignmentStatus,
    "sent": LetterState,
    "who": Role,
    "clock": clocks.Stage,
    "media": MediaKind,
    "source": Source,
    "service": Service,
    "left_out": Reason,
    "cover_fit": Fit,
}


def source(folder: str) -> str:
    return "\n".join(p.read_text() for p in (ROOT / folder).rglob("*.py"))


def test_both_languages_have_the_same_keys_and_parameters() -> None:
    """What one language says the other says too, with the same facts in it."""

    def fields(locale: str, key: str) -> set[str]:
        raw = ALL._tables[locale][key]
        return {name for _, name, _, _ in string.Formatter().parse(raw) if name}

    keys = ALL.keys("zh_Hans")
    assert keys == ALL.keys("en")
    assert not [key for key in keys if fields("zh_Hans", key) != fields("en", key)]


def test_every_key_the_pages_use_exists() -> None:
    """Templates and code name no sentence that nobody wrote."""
    used = set()
    for folder in (view.FOLDER, Path(app.__file__).parent):
        for path in [*folder.glob("*.html"), *folder.glob("*.py")]:
            used |= set(KEY.findall(path.read_text()))
    dynamic = {key for key in used if key.endswith((".", "_"))}
    assert not used - dynamic - ALL.keys("en")


def test_every_script_sentence_exists() -> None:
    used = set()
    for path in (files.STATIC / "js").glob("*.js"):
        used |= set(re.findall(r"""say\((?:[^"()]*\? )?"(\w+)"(?: : "(\w+)")?""", path.read_text()))
    names = {name for pair in used for name in pair if name}
    assert names
    assert names <= set(ALL.script("en"))


@pytest.mark.parametrize("prefix", ENUMS)
def test_every_status_has_words(prefix: str) -> None:
    """A status the business adds is a missing sentence here, not a code on a screen."""
    assert not [m for m in ENUMS[prefix] if not ALL.has("zh_Hans", f"{prefix}.{m}")]


def test_what_is_settled_by_hand_has_words_for_every_value() -> None:
    """Choosing a fact of the case, nobody reads a code; "not known" is one of the choices."""
    for name, values in macros.SETTABLE.items():
        for locale in ("zh_Hans", "en"):
            assert not [value for value in values if not ALL.has(locale, f"{name}.{value}")]


@pytest.mark.parametrize(
    ("what", "fact", "table"),
    [
        ("case.field_kind", "value", "kind"),
        ("intake.kind", "answer", "kind"),
        ("case.field_for_whom", "value", "for_whom"),
        ("intake.hurt", "answer", "hurt"),
        ("case.paper_marked", "paper", "paper_kind"),
    ],
)
def test_the_timeline_says_a_fact_in_the_words_of_its_field(what: str, fact: str, table: str) -> None:
    """ "Other" is another kind, another paper or another person, never all of them at once."""
    catalogue = texts.Catalogue(ALL, "en")
    at, values = datetime(2026, 3, 1, tzinfo=UTC), {"paper_kind": PaperKind, **macros.SETTABLE}[table]
    for value in values:
        event = Event(CaseId("c"), at, "traveller", what, {fact: str(value)})
        said = thread.event_words(catalogue, event)
        assert catalogue(f"{table}.{value}") in said


def test_every_action_says_what_it_did() -> None:
    assert all(ALL.has("en", f"done.{name}") for name in actions.ON_CASE)
    deeds = {n for n in access.ROUTES if n.startswith(("queue.", "alert."))} - {"queue.media"}
    assert not [name for name in sorted(deeds) if not ALL.has("en", f"done.{name}")]


def test_every_refusal_of_the_centre_has_a_sentence() -> None:
    """An operator is told why in words."""
    keys = set(
        re.findall(
            r'(?:Refusal|NotAllowed|NotFound)\("([a-z_.]+)"',
            "".join(
                (ROOT / f"backoffice/workflows/{name}.py").read_text()
                for name in ("centre", "calling_envoys", "shifts", "labelling")
            ),
        )
    )
    assert keys
    assert keys <= ALL.keys("en")


def test_every_event_of_the_timeline_has_a_sentence() -> None:
    """Codes written out in the workflows; those with a status in their name are covered by that status."""
    codes = set(
        re.findall(
            r'work\.note\([^"]*?(?:"(?:system|traveller)",\s*|f"[^"]*",\s*)"([a-z_.]+)"',
            source("backoffice/workflows"),
        )
    )
    assert len(codes) > 15
    assert not {f"event.{code}" for code in codes} - ALL.keys("en")
    assert all(ALL.has("en", f"event.centre.called_{v}") for v in Verified if v is not Verified.NOT_YET)


def test_every_alert_has_a_sentence() -> None:
    code = source("backoffice/workflows") + source("bot") + source("storage") + source("backoffice/clockwork")
    kinds = set(re.findall(r'Alert\(\s*0,[^,]+, "([a-z_]+)"', code))
    assert len(kinds) > 5
    assert not {f"alert.{kind}" for kind in kinds} - ALL.keys("en")
    assert all(ALL.has("en", f"alert.unanswered_{level}") for level in (1, 2, 3))


def test_a_code_without_words_is_shown_with_its_facts() -> None:
    """Better than nothing, and better than an error page."""
    at = datetime(2026, 3, 1, tzinfo=UTC)
    catalogue = texts.Catalogue(ALL, "en")
    new = Event(CaseId("c"), at, "system", "case.brand_new", {"n": 3})
    assert thread.event_words(catalogue, new) == "case.brand_new · n 3"
    lacking = Event(CaseId("c"), at, "system", "centre.taken", {})
    assert thread.event_words(catalogue, lacking) == "centre.taken"
    assert (
        thread.actor_words(catalogue, Event(CaseId("c"), at, "envoy:e1", "x"), {"e1": "Somchai"}) == "Somchai"
    )


def test_why_a_letter_is_held_is_said_in_words() -> None:
    """A relative who has not written for two days is not silent: the console says what the letter waits for."""
    sources = "".join(path.read_text("utf-8") for path in (ROOT / "bot").rglob("*.py"))
    codes = set(re.findall(r'WindowClosed\("([^"]+)"\)', sources))
    assert "ledger" in codes
    assert not [code for code in codes if not ALL.has("en", f"why.{code}")]

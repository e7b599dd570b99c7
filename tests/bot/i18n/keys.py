"""Finds every catalogue key that the code can say to somebody in a chat."""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from backoffice.claims.claim import ClaimStatus
from backoffice.claims.evidence import Fault, Unfit
from backoffice.claims.kinds import ClaimKind
from backoffice.claims.model import Reason
from backoffice.dispatch.code_words import CODE_WORDS
from backoffice.dispatch.travel import Transport
from backoffice.enrolment import duty, model
from backoffice.families import stages
from backoffice.families.model import LIVE
from backoffice.families.scopes import Scope
from backoffice.insurance.insured import WHYS
from backoffice.insurance.policies import PolicyStatus
from backoffice.kernel.geodesy import COMPASS
from backoffice.kernel.messages import Ask, MediaKind, Role
from backoffice.money.accounts import Operation
from backoffice.orders import kinds, ratings
from backoffice.orders.model import OrderStatus
from backoffice.orders.rules import OrderRules
from backoffice.places.emergency_numbers import Service
from backoffice.workflows import intake, jobs, order_letters, order_running, order_talk
from bot.conversations import (
    claim_filing,
    claim_start,
    cover,
    cover_policy,
    cover_questions,
    family,
    menu,
    order_answers,
    order_questions,
    profile,
    service_order,
    words,
)

ROOT = Path(__file__).parents[3]
SPEAKING = (
    "backoffice/workflows",
    "backoffice/follow",
    "bot/conversations",
    "bot/i18n",
    "bot/rendering.py",
    "bot/riding.py",
    "bot/assembly/setup.py",
    "bot/assembly/paying.py",
    "backoffice/kernel/errors.py",
    "backoffice/money",
    "backoffice/papers",
    "backoffice/insurance",
)
"""What may put words in a chat. The console's own texts live in the console."""
KEY = re.compile(r"[a-z_]+\.[a-z0-9_]*[a-z0-9]")
PATTERN = re.compile(r"[a-z_]+\.[a-z0-9_*]*\*[a-z0-9_*]*")
NOT_SAID = frozenset({"note", "Alert", "audit", "hint", "getLogger", "joinpath", "open"})
"""Calls whose dotted words are codes of the timeline, of alerts and of hints."""
REFUSALS = frozenset({"Refusal", "NotFound", "NotAllowed"})
CONSOLE = (
    "centre.", "insuring.", "people.", "organisation.", "authorisation.", "glass.",
    "protocol.", "macro.", "task.", "relation.", "close.", "shift.", "tags.", "major.",
)  # fmt: skip
"""Beginnings of refusals that only staff read."""
STAFF = "centre.claim_"
"""Beginning of the refusals of those who decide and pay claims, which are classes of their own."""
KINDS = frozenset(
    {
        "profile.menu",
        "order.do",
        "order.offer",
        "order.again",
        "order.withdraw_ok",
        "order.report",
        "order.reported",
        "order.quiet",
        "claim.appeal",
        "claim.drop",
        "family.menu",
        "family.about",
        "family.name",
        "verdict.appeal_why",
        "verdict.payee",
    }
)
"""Kinds of questions that look like keys and are never said."""
SUFFIXES = {"_from_base": ("offer.sos", "offer.sos_again", "offer.sos_by_hand")}
"""Endings put on a key afterwards, and on which."""


def used() -> set[str]:
    """Every key that may be looked up."""
    families = {key for keys in _families().values() for key in keys}
    ends = {key + suffix for suffix, keys in SUFFIXES.items() for key in keys}
    return literal() | families | ends


def families() -> set[str]:
    """The patterns whose members this module knows."""
    return set(_families())


def literal() -> set[str]:
    """Keys that the code names in full."""
    constants = (n.value for n in _nodes() if isinstance(n, ast.Constant) and isinstance(n.value, str))
    return {c for c in constants if KEY.fullmatch(c) and not c.startswith(STAFF)} - KINDS


def patterns() -> set[str]:
    """Keys put together at run time, with `*` for each part that varies: `intake.*`."""
    joined = (_pattern(n) for n in _nodes() if isinstance(n, ast.JoinedStr))
    return {p for p in joined if PATTERN.fullmatch(p) and not p.startswith(CONSOLE)}


def suffixes() -> set[str]:
    """Endings that the code adds to a key."""
    added = (n.value for n in _nodes() if isinstance(n, ast.AugAssign) and isinstance(n.op, ast.Add))
    return {str(v.value) for v in added if isinstance(v, ast.Constant) and str(v.value).startswith("_")}


def _pattern(joined: ast.JoinedStr) -> str:
    return "".join(str(v.value) if isinstance(v, ast.Constant) else "*" for v in joined.values)


def _families() -> dict[str, set[str]]:
    return (
        {
            "ask.*_*": {f"ask.{ask}_{how}" for ask in Ask for how in ("button", "how")},
            "ask.*_label": {f"ask.{ask}_label" for ask in Ask},
            "button.order_*": {f"button.order_{value}" for value in order_letters.DIGITS},
            "button.order_hours_*": {f"button.order_hours_{hours}" for hours in order_questions.LENGTHS},
            "button.order_more_*": {f"button.order_more_{minutes}" for minutes in order_running.MORE},
            "button.order_pick_*": {
                f"button.order_pick_{n}" for n in range(1, OrderRules().willing_most + 1)
            },
            "button.order_place_*": {
                f"button.order_place_{n}" for n in range(1, order_answers.FOUND_MOST + 1)
            },
            "button.order_show_*": {
                f"button.order_show_{n}" for n in range(1, service_order.LISTED_MOST + 1)
            },
            "button.cover_days_*": {f"button.cover_days_{days}" for days in cover_questions.LENGTHS},
            "button.cover_more_*": {f"button.cover_more_{days}" for days in cover_policy.MORE_DAYS},
            "button.cover_pick_*": {
                f"button.cover_pick_{n}" for n in range(1, cover_questions.OFFERED_MOST + 1)
            },
            "button.cover_show_*": {f"button.cover_show_{n}" for n in range(1, cover.LISTED_MOST + 1)},
            "cover.line_*": {f"cover.line_{why}" for why in WHYS},
            "decision_reason.*": {f"decision_reason.{reason}" for reason in Reason},
            "policy_status.*": {f"policy_status.{status}" for status in PolicyStatus},
            "button.stars_*": {f"button.stars_{n}" for n in ratings.STARS},
            "paper_what.*": {f"paper_what.{what}" for what in Operation},
            "order_status.*": {f"order_status.{status}" for status in OrderStatus},
            "service_kind.*": {f"service_kind.{kind}" for kind in kinds.all_kinds()},
            "bearing.*": {f"bearing.{point.lower()}" for point in COMPASS},
            "button.*": {f"button.{value}" for value in jobs.DIGITS},
            "code_word.*": {f"code_word.{word}" for word in CODE_WORDS},
            "intake.*": {f"intake.{step}" for step in intake.STEPS},
            "job.next_*": {f"job.next_{status}" for status in jobs.JOB_CHOICES},
            "label.*": {f"label.{role}" for role in (*Role, order_talk.CUSTOMER)},
            "label.*_unnamed": {f"label.{role}_unnamed" for role in (*Role, order_talk.CUSTOMER)},
            "language.*": set(),  # named by CLDR
            "language_name.*": {f"language_name.{tag}" for tag in menu.LANGUAGES},
            "menu_label.*": {f"menu_label.{name}" for name in (*_setup_commands(), "mine", "more")},
            "profile.*": set(),  # kinds of questions
            "profile.ask_*": {f"profile.ask_{name}" for name in profile.FIELDS},
            "profile.bad_*": {f"profile.bad_{name}" for name in profile.FIELDS},
            "profile_field.*": {f"profile_field.{name}" for name in profile.FIELDS},
            "question.*_*": _asked_back(),
            "service.*": {f"service.{service}" for service in Service},
            "sos.envoy_coming_*": {"sos.envoy_coming_female", "sos.envoy_coming_male"},
            "unit.*": {f"unit.{unit}" for unit in ("m", "km", "seconds", "minutes", "hours", "days")},
        }
        | _envoy_life()
        | _families_of_cases()
        | _families_of_claims()
    )


def _families_of_claims() -> dict[str, set[str]]:
    return {
        "button.claim_show_*": {f"button.claim_show_{n}" for n in range(1, claim_filing.LISTED_MOST + 1)},
        "button.claim_person_*": {f"button.claim_person_{n}" for n in range(1, claim_start.PEOPLE_MOST + 1)},
        "claim.*": set(),  # kinds of questions
        "claim.poor_*": {f"claim.poor_{fault}" for fault in Fault},
        "claim.unfit_*": {f"claim.unfit_{why}" for why in Unfit},
        "claim_kind.*": {f"claim_kind.{kind}" for kind in ClaimKind},
        "claim_status.*": {f"claim_status.{status}" for status in ClaimStatus},
    }


def _families_of_cases() -> dict[str, set[str]]:
    each = [str(stage) for stage in stages.Stage]
    picks = range(1, family.LISTED_MOST + 1)
    return {
        "button.family_pick_*": {f"button.family_pick_{n}" for n in picks},
        "family.brief_*": {f"family.brief_{stage}" for stage in each},
        "family.stage_*": {f"family.stage_{stage}" for stage in each},
        "family.stage_*_at": {f"family.stage_{stage}_at" for stage in stages.PLACED},
        "family_state.*": {f"family_state.{status}" for status in LIVE},
        "follow.hurt_*": {f"follow.hurt_{hurt}" for hurt in ("yes", "no", "unsure")},
        "follow.sent_*": {f"follow.sent_{kind}" for kind in MediaKind},
        "follow.next_*": {f"follow.next_{stage}" for stage in each},
        "follow.stage_*": {f"follow.stage_{stage}" for stage in each},
        "follow.state_*": {f"follow.state_{stage}" for stage in each},
        "scope.*": {f"scope.{scope}" for scope in Scope},
        "button.scope_*": {f"button.scope_{scope}" for scope in Scope},
        "button.scope_*_given": {f"button.scope_{scope}_given" for scope in Scope},
    }


def _envoy_life() -> dict[str, set[str]]:
    shown = set(model.Step) - {model.Step.LEVEL, model.Step.CONSENT, model.Step.REMARK}
    return {
        "break.*": {f"break.{minutes}" for minutes in duty.BREAK_MINUTES},
        "enrol.*": {f"enrol.{step}" for step in model.Step},
        "enrol_field.*": {f"enrol_field.{step}" for step in shown},
        "level.*": {f"level.{level}" for level in model.Level},
        "service_kind.*": {f"service_kind.{kind}" for kind in (*model.Service, "sos")},
        "order.only_*": {"order.only_female", "order.only_male"},
        "envoy_wish.*": {f"envoy_wish.{wish}" for wish in ("female", "male", "any")},
        "transport.*": {f"transport.{by}" for by in Transport},
        "sex.*": {f"sex.{sex}" for sex in model.Sex},
        "weekday.*": {f"weekday.{day}" for day in range(7)},
    }


def _setup_commands() -> tuple[str, ...]:
    """`COMMANDS` of the channel setup, read without building the service."""
    tree = ast.parse((ROOT / "bot/assembly/setup.py").read_text("utf-8"))
    assigned = (
        n for n in tree.body if isinstance(n, ast.Assign) and getattr(n.targets[0], "id", "") == "COMMANDS"
    )
    return tuple(ast.literal_eval(next(assigned).value))


def _asked_back() -> set[str]:
    """What an unclear word may have meant: each kind of question with the answers that a typed word can mean."""
    answers = {
        "countdown": {"confirm", "cancel"},
        "late": {"yes", "no"},
        "intake": {c.value for choices in intake.CHOICES.values() for c in choices},
        "patient_place": {c.value for c in intake.YES_NO},
        "place": {c.value for c in intake.YES_NO},
        "offer": {"accept", "decline"},
        "job": set(jobs.DIGITS),
        "profile": {"agree", "refuse", "yes", "no", "erase", "clear", *profile.FIELDS},
        "language": set(menu.LANGUAGES),
        "enrol": {"yes", "no", "skip", "done", "send", "change", "withdraw", *model.Step},
        "leave": {"yes", "no"},
        "link": {"yes", "no"},
        "drill": {"accept", "decline"},
        "complain": {"other"},
    }
    typed = {value for values in words.PHRASES.values() for value in values} | {"self", "own", "none"}
    return {f"question.{kind}_{value}" for kind, values in answers.items() for value in values & typed}


def _nodes() -> Iterator[ast.AST]:
    for path in files():
        yield from _walk(ast.parse(path.read_text("utf-8")))


def files() -> Iterable[Path]:
    for place in SPEAKING:
        path = ROOT / place
        yield from sorted(path.rglob("*.py")) if path.is_dir() else [path]


def _walk(node: ast.AST) -> Iterator[ast.AST]:
    """Every node but what is said to nobody: codes of the timeline and the console's refusals."""
    if isinstance(node, ast.Call) and _silent(node):
        return
    yield node
    for child in ast.iter_child_nodes(node):
        if not (isinstance(node, ast.JoinedStr) and isinstance(child, ast.Constant)):
            yield from _walk(child)


def _silent(call: ast.Call) -> bool:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    return name in NOT_SAID or (name in REFUSALS and _first(call).startswith(CONSOLE))


def _first(call: ast.Call) -> str:
    first = call.args[0] if call.args else None
    return str(first.value) if isinstance(first, ast.Constant) else ""

"""Finds which values the code gives with each key, so that no sentence asks for one that nobody gives."""

import ast
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import cache

from tests.bot.i18n import keys

SPEAKERS = frozenset({"Message", "Sentence", "say"})
ANYTHING = "**"
"""Stands for values spread in from elsewhere."""
_POLICY = {"product", "number", "starts", "ends", "premium", "names"}
"""What every letter about a policy gives (`policy_letters.facts`)."""
_CLAIM = {"ref", "kind", "missing", "paper", "photos"}
"""What letters about a claim and its papers give (`claims.tell`)."""
_DECISION = {"ref", "kind", "amount", "reason", "account", "names"}
"""What letters about a decision and its payment give (`claim_verdicts`, `claims.tell`)."""
_DECISION_LINE = {"index", "item", "amount", "clause", "why"}
ELSEWHERE = {
    "claim.amount_rescue": {"fee"},
    "claim.*": _CLAIM | {"words", "why"},
    "claim.policy_line": _POLICY | {"index"},
    "claim.sure_*": {"sum", "hours", "days", "paper", "photos", "name"},
    "decision.line_*": _DECISION_LINE,
    **{
        f"decision.{key}": _DECISION
        for key in ("approved", "partly", "refused", "more", "closed", "appealed")
    },
    **{f"decision.{key}": _DECISION for key in ("under_review", "second_look", "pay_failed")},
    **{f"decision.{key}": _DECISION for key in ("where_to_centre", "paid_*", "on_its_way_*")},
    "payment.title*": {"number"},
    "payment.details*": {"amount", "number"},
    "payment.link*": {"amount", "link", "when"},
    "payment.scan*": {"amount", "link", "when"},
    "payment.received*": {"amount"},
    "cover.applied": _POLICY,
    "cover.cancel_applied": _POLICY | {"refund"},
    "cover.cancel_refused*": _POLICY | {"reason"},
    "cover.cancelled": _POLICY | {"refund"},
    "cover.change*": _POLICY | {"reason"},
    "cover.confirmed": _POLICY | {"until"},
    "cover.paper": _POLICY,
    "cover.still_applied": _POLICY,
    "cover.refused*": _POLICY | {"reason"},
    "cover.cancel_ok": {"refund", "number"},
    "cover.line": _POLICY | {"index", "status"},
    "cover.line_unnumbered": _POLICY | {"index", "status"},
    "cover.not_that_age": {"least", "most"},
    "cover.people*": {"persons"},
    "cover.price": {"product", "starts", "ends", "persons", "place", "sports", "total"},
    "cover.sure": {"product", "starts", "ends", "persons", "place", "sports", "total"},
    "cover.too_long": {"days"},
    "cover.too_many": {"most"},
    "cover.sports_*": {"names", "words"},
    "cover.where_unclear": {"words"},
    "cover.found": {"policies"},
    "certificate.*": {"starts", "ends", "link"},
    "sos.countdown": {"place", "seconds"},
    "sos.countdown_last_known": {"place", "seconds", "age"},
    "sos.countdown_no_place": {"seconds"},
    "offer.sos*": {"band", "cell", "languages", "place"},
    "place.map": {"link"},
    "choices.inline": {"choices"},
    "label.*": {"name"},
    "choices.term": {"term"},
    "order.placed": {"ref", "count", "when"},
    "order.offered_again": {"ref", "count", "when"},
    "order.envoy_lost": {"ref", "count", "when"},
    "order.envoy_absent": {"ref", "count", "when"},
    "order.longer": {"until"},
    "order.not_longer": {"until"},
    "order.no_time_left": {"until"},
    "order.not_begun": {"ref"},
    "job.order_arrived_early": {"ref"},
    "job.order_not_begun": {"ref"},
}
"""Keys that reach their call through a function or an argument, with what is given there."""


def places_of(key: str) -> list[frozenset[str]]:
    """The names given at each place that may say the key; empty when no such place is known."""
    if key in _given():
        return _given()[key]
    found = [names for pattern, each in _given().items() if fnmatch(key, pattern) for names in each]
    return found + [frozenset(names) for pattern, names in ELSEWHERE.items() if fnmatch(key, pattern)]


@cache
def _given() -> dict[str, list[frozenset[str]]]:
    """Key -> the names given at each place that says it. Keys put together at run time end in `*`."""
    found: dict[str, list[frozenset[str]]] = {}
    for path in keys.files():
        for scope in _functions(ast.parse(path.read_text("utf-8"))):
            for key, names in _said_in(scope):
                found.setdefault(key, []).append(names)
    return found


def _functions(tree: ast.AST) -> Iterator[ast.AST]:
    return (n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef))


def _said_in(scope: ast.AST) -> Iterator[tuple[str, frozenset[str]]]:
    dicts, strings = _dicts(scope), _strings(scope)
    for call in (
        n for n in ast.walk(scope) if isinstance(n, ast.Call) and _name(n.func) in SPEAKERS and n.args
    ):
        for key in _keys(call.args[0], strings):
            params = call.args[1] if len(call.args) > 1 else None
            yield key, _names(params, dicts)


def _name(node: ast.AST) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _dicts(scope: ast.AST) -> dict[str, set[str]]:
    """Local dictionaries: name -> keys put in anywhere in the function."""
    found: dict[str, set[str]] = {}
    for node in ast.walk(scope):
        if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Dict):
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            found.setdefault(_name(target), set()).update(_dict_keys(node.value))
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store):
            found.setdefault(_name(node.value), set()).update(_constant(node.slice))
    return found


def _strings(scope: ast.AST) -> dict[str, set[str]]:
    """Local names that hold keys."""
    found: dict[str, set[str]] = {}
    for node in ast.walk(scope):
        if isinstance(node, ast.Assign):
            for target, value in _pairs(node.targets[0], node.value):
                found.setdefault(_name(target), set()).update(_keys(value, {}))
    return found


def _pairs(target: ast.expr, value: ast.expr) -> list[tuple[ast.expr, ast.expr]]:
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        return list(zip(target.elts, value.elts, strict=False))
    return [(target, value)]


def _keys(node: ast.expr, strings: dict[str, set[str]]) -> set[str]:
    match node:
        case ast.Constant(value=str(text)):
            return {text}
        case ast.IfExp():
            return _keys(node.body, strings) | _keys(node.orelse, strings)
        case ast.JoinedStr():
            return {"".join(str(v.value) if isinstance(v, ast.Constant) else "*" for v in node.values)}
        case ast.Name():
            return strings.get(node.id, set())
    return set()


def _names(params: ast.expr | None, dicts: dict[str, set[str]]) -> frozenset[str]:
    if isinstance(params, ast.Dict):
        return frozenset(_dict_keys(params))
    return frozenset(dicts.get(_name(params), set())) if params is not None else frozenset()


def _dict_keys(node: ast.Dict) -> set[str]:
    return {key for k in node.keys for key in (_constant(k) if k else {ANYTHING})}


def _constant(node: ast.expr) -> set[str]:
    return {node.value} if isinstance(node, ast.Constant) and isinstance(node.value, str) else set()

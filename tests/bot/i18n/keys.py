"""Finds every catalogue key that the code can say to somebody in a chat, and the values it gives with each."""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).parents[3]
SPEAKING = (
    "backoffice/workflows",
    "bot/conversations",
    "bot/i18n",
    "bot/rendering.py",
    "bot/riding.py",
    "backoffice/kernel/errors.py",
)
"""What may put words in a chat. The console's own texts live in the console."""
KEY = re.compile(r"[a-z_]+\.[a-z0-9_]+")
_CALLS = {"Message": (0,), "Sentence": (0,), "Term": (0,), "Labelled": (0,), "Choice": (1,), "say": (0,)}
_NOT_SAID = frozenset({"note", "Alert", "audit", "hint", "getLogger", "joinpath", "open"})
"""Calls whose dotted words are codes of the timeline, of alerts and of hints."""


def literal_keys() -> dict[str, set[str]]:
    """Key -> the files that name it in full."""
    found: dict[str, set[str]] = {}
    for path in files():
        for key in _said(ast.parse(path.read_text("utf-8")), path):
            found.setdefault(key, set()).add(str(path.relative_to(ROOT)))
    return found


def patterns() -> set[str]:
    """Keys put together at run time, with `*` for each part that varies: `intake.*`."""
    found = set()
    for path in files():
        for node in _walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.JoinedStr):
                pattern = "".join(str(v.value) if isinstance(v, ast.Constant) else "*" for v in node.values)
                if re.fullmatch(r"[a-z_]+\.[a-z0-9_*]+", pattern):
                    found.add(pattern)
    return found


def files() -> Iterable[Path]:
    for place in SPEAKING:
        path = ROOT / place
        yield from sorted(path.rglob("*.py")) if path.is_dir() else [path]


def _said(tree: ast.AST, path: Path) -> Iterator[str]:
    for node in _walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and KEY.fullmatch(node.value):
            yield node.value


def _walk(node: ast.AST) -> Iterator[ast.AST]:
    """Every node but what is said to nobody: codes of the timeline, the console's refusals, annotations, docs."""
    if isinstance(node, ast.Call) and _silent(node):
        return
    yield node
    for child in ast.iter_child_nodes(node):
        yield from _walk(child)


def _silent(call: ast.Call) -> bool:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    return name in _NOT_SAID or name in REFUSALS and _first(call).startswith("centre.")


REFUSALS = frozenset({"Refusal", "NotFound", "NotAllowed"})


def _first(call: ast.Call) -> str:
    first = call.args[0] if call.args else None
    return str(first.value) if isinstance(first, ast.Constant) else ""

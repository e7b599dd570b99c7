"""What the pages for people say is there: settings, commands, places in the code."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel

from bot.assembly import commands
from config.settings import Settings

ROOT = Path(__file__).parent.parent
PAGES = ("README.md", "CHANGELOG.md", "docs/architecture.md")
_TICKED = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\]\(((?!https?:)[^)#]+)\)")
_BRACES = re.compile(r"\{([^}]*)\}")
_TWO = r"(?:import|export|audit) [a-z]+"
_COMMAND = re.compile(rf"run_bot\.py ({_TWO}|[a-z][a-z-]+)")
_SHORT = re.compile(rf"`(?:… )?({_TWO}|setup-channels|check|drill|backup|restore|migrate)\b")
_ROOTS = ("bot/", "backoffice/", "storage/", "config/", "tests/", "docs/", "deploy/")


def settings(model: type[BaseModel] = Settings, prefix: str = "RESCUE_") -> Iterator[str]:
    """Every name that can stand in the environment."""
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from settings(kind, f"{prefix}{name.upper()}__")
        else:
            yield prefix + name.upper()


def test_the_example_of_settings_lists_them_all_and_no_other() -> None:
    text = (ROOT / "deploy/env.example").read_text("utf-8")
    listed = set(re.findall(r"^#?(RESCUE_[A-Z0-9_]+)=", text, re.MULTILINE))
    assert listed == set(settings())


def spread(path: str) -> list[str]:
    """`a/{b,c}` is two."""
    found = _BRACES.search(path)
    if found is None:
        return [path]
    head, tail = path[: found.start()], path[found.end() :]
    return [one for part in found[1].split(",") for one in spread(head + part.strip() + tail)]


def there(path: str) -> bool:
    """A file, a folder, a module without its ending, or a pattern that finds something; `<x>` is anything."""
    pattern = re.sub(r"<[^>]+>", "*", path.rstrip("/"))
    return any(list(ROOT.glob(one)) for one in (pattern, f"{pattern}.py", f"{pattern}.*"))


@pytest.mark.parametrize("page", PAGES)
def test_a_place_in_the_code_that_a_page_names_is_there(page: str) -> None:
    text = (ROOT / page).read_text("utf-8")
    named = [one for ticked in _TICKED.findall(text) if ticked.startswith(_ROOTS) for one in spread(ticked)]
    links = [str(Path(page).parent / link) for link in _LINK.findall(text)]
    assert [path for path in [*named, *links] if not there(path.split(" ")[0])] == []


@pytest.mark.parametrize("page", PAGES)
def test_a_command_that_a_page_names_is_one(page: str) -> None:
    """Its parser knows it; what else it wants is its own affair."""
    text = (ROOT / page).read_text("utf-8")
    for command in sorted({*_COMMAND.findall(text), *_SHORT.findall(text)}):
        with pytest.raises(SystemExit) as asked:
            commands._parser().parse_args([*command.split(), "--help"])
        assert asked.value.code == 0, command


def test_areas_on_the_picture_are_those_the_build_checks() -> None:
    """The page's picture of the layers names every package of the business."""
    text = (ROOT / "docs/architecture.md").read_text("utf-8").split("```")[1]
    packages = [path.name for path in (ROOT / "backoffice").iterdir() if (path / "__init__.py").exists()]
    words = set(re.findall(r"[a-z_]+", text))
    assert [name for name in packages if name not in words] == []

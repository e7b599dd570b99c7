"""A browser in a word: which program on which system, so that people know their own sessions apart."""

_PROGRAMS = (
    ("MicroMessenger", "wechat"),
    ("Edg", "edge"),
    ("OPR/", "opera"),
    ("SamsungBrowser", "samsung"),
    ("Firefox", "firefox"),
    ("FxiOS", "firefox"),
    ("Chrome", "chrome"),
    ("CriOS", "chrome"),
    ("Safari", "safari"),
)
_SYSTEMS = (
    ("iPhone", "iphone"),
    ("iPad", "ipad"),
    ("Android", "android"),
    ("HarmonyOS", "harmony"),
    ("Windows", "windows"),
    ("Mac OS X", "mac"),
    ("CrOS", "chromebook"),
    ("Linux", "linux"),
)
NAMES = {
    "wechat": "WeChat", "edge": "Edge", "opera": "Opera", "samsung": "Samsung Internet", "firefox": "Firefox",
    "chrome": "Chrome", "safari": "Safari", "iphone": "iPhone", "ipad": "iPad", "android": "Android",
    "harmony": "HarmonyOS", "windows": "Windows", "mac": "Mac", "chromebook": "Chromebook", "linux": "Linux",
}  # fmt: skip
"""Brand names: the same in every language."""


def code(user_agent: str) -> str:
    """`firefox/linux`; a part that cannot be told is empty. Nothing else of the header is kept."""
    return f"{_first(_PROGRAMS, user_agent)}/{_first(_SYSTEMS, user_agent)}"


def _first(table: tuple[tuple[str, str], ...], user_agent: str) -> str:
    return next((name for mark, name in table if mark in user_agent), "")


def words(browser: str) -> str:
    """`Firefox · Linux`; empty when nothing is known."""
    return " · ".join(NAMES[part] for part in browser.split("/") if part in NAMES)

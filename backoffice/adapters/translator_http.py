"""Translation over HTTP: a LibreTranslate-compatible door, off unless its address is set."""

from collections.abc import Mapping, Sequence
from typing import Any

import aiohttp

from backoffice.ports.translating import NotTranslated, Wanted

TIME_OUT_S = 20.0
_TAGS: Mapping[str, str] = {"zh_Hans": "zh-Hans", "zh_Hant": "zh-Hant", "en": "en", "ja": "ja", "ko": "ko"}


class HttpTranslator:
    """`ports.translating.Translator`: POSTs `{q, source, target, format, api_key}` and reads `translatedText`."""

    def __init__(self, url: str, key: str = "") -> None:
        self._url, self._key = url, key

    async def translate(self, wanted: Wanted) -> Sequence[str]:
        said: dict[str, Any] = {
            "q": list(wanted.texts),
            "source": _TAGS.get(wanted.source, "auto"),
            "target": _TAGS.get(wanted.target, wanted.target),
            "format": "text",
        }
        if self._key:
            said["api_key"] = self._key
        try:
            found = await self._post(said)
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise NotTranslated(type(error).__name__) from error
        return _checked(found, len(wanted.texts))

    async def _post(self, said: Mapping[str, Any]) -> Any:
        timeout = aiohttp.ClientTimeout(total=TIME_OUT_S)
        posting: dict[str, Any] = {"json": said, "allow_redirects": False}
        async with aiohttp.ClientSession(timeout=timeout) as http, http.post(self._url, **posting) as answer:
            if answer.status != 200:
                raise NotTranslated(f"the translator answered {answer.status}")
            return await answer.json(content_type=None)


def _checked(found: Any, expected: int) -> list[str]:
    """One text for each that was asked, or nothing at all: a shifted answer would put words in mouths."""
    texts = found.get("translatedText") if isinstance(found, dict) else None
    if not isinstance(texts, list) or len(texts) != expected or not all(isinstance(t, str) for t in texts):
        raise NotTranslated("not one text for each")
    return texts

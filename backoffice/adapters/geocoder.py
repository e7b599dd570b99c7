"""Street addresses from an outside service over geopy: off by default, never on the way of an SOS.

Only services that answer in WGS-84 are offered; a position sent there leaves the house, so nothing is asked
unless a provider is configured.
"""

import asyncio
import logging
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from typing import Any

from geopy.adapters import AioHTTPAdapter
from geopy.exc import GeopyError
from geopy.geocoders import Nominatim, Photon
from geopy.location import Location

from backoffice.kernel import geo, geodesy
from backoffice.places.model import Candidate

log = logging.getLogger(__name__)

TIMEOUT_S = 3.0
MOST = 5
LONGEST_QUERY = 200
LONGEST_ADDRESS = 300
STREET_ACCURACY_M = 200.0
_SERVICES: Mapping[str, type[Any]] = {"nominatim": Nominatim, "photon": Photon}
_LANGUAGES = {"zh_Hans": "zh-CN", "zh_Hant": "zh-TW", "ja": "ja", "ko": "ko", "en": "en"}
_BROKEN_ANSWER = (LookupError, TypeError, ValueError, AttributeError)
"""What geopy's parsers raise when a service answers something else than it promised."""


@dataclass(frozen=True, slots=True)
class GeocoderOptions:
    """`provider` is empty (off), `nominatim` or `photon`; `domain` its host, or a URL for one on loopback."""

    provider: str = ""
    domain: str = ""
    user_agent: str = ""
    timeout_s: float = TIMEOUT_S


class Geocoder:
    """Addresses for people to read and places for people to confirm. A failure is an empty answer and a log line.

    Raises ValueError at once for a provider that is not known (some answer in another datum).
    """

    def __init__(self, options: GeocoderOptions) -> None:
        self._options = options
        self._service = _build(options) if options.provider else None

    @property
    def enabled(self) -> bool:
        """Whether a provider is configured."""
        return self._service is not None

    async def close(self) -> None:
        """Close the connections; the geocoder is off afterwards."""
        service, self._service = self._service, None
        if service is not None:
            await service.__aexit__(None, None, None)

    async def address(self, point: geo.Point, locale: str) -> str | None:
        """The address nearest to a WGS-84 point in the reader's language; None when off, unknown or too slow."""
        if self._service is None or not geodesy.valid(point.lat, point.lon):
            return None
        language = self._language(locale)
        found = await self._asked(self._service.reverse((point.lat, point.lon), language=language))
        if not isinstance(found, Location) or not found.address:
            return None
        return str(found.address)[:LONGEST_ADDRESS]

    async def search(self, text: str, locale: str) -> list[Candidate]:
        """Places a typed text may mean, to be confirmed by the person. Empty when off, unknown or too slow."""
        query = " ".join(text.split())[:LONGEST_QUERY]
        if self._service is None or not query:
            return []
        more = {"addressdetails": True} if self._options.provider == "nominatim" else {}
        language = self._language(locale)
        asked = self._service.geocode(query, exactly_one=False, limit=MOST, language=language, **more)
        found = await self._asked(asked)
        return [_candidate(one) for one in found or () if geodesy.valid(one.latitude, one.longitude)]

    def _language(self, locale: str) -> str:
        if self._options.provider == "photon":
            return "en" if locale == "en" else "default"
        return _LANGUAGES.get(locale, "en")

    async def _asked(self, answer: Awaitable[Any]) -> Any:
        try:
            async with asyncio.timeout(self._options.timeout_s):
                return await answer
        except (GeopyError, TimeoutError, *_BROKEN_ANSWER) as error:
            # Neither the words nor the place: both are a person's.
            log.warning("geocoder %s failed: %s", self._options.provider, type(error).__name__)
            return None


def _build(options: GeocoderOptions) -> Any:
    if options.provider not in _SERVICES:
        raise ValueError(f"no such geocoder: {options.provider!r}; known are {', '.join(sorted(_SERVICES))}")
    scheme, _, host = options.domain.rpartition("://")
    where = {"domain": host, "scheme": scheme or "https"} if host else {}
    return _SERVICES[options.provider](
        user_agent=options.user_agent or "da-jiu-xing",
        timeout=options.timeout_s,
        adapter_factory=AioHTTPAdapter,
        **where,
    )


def _candidate(found: Location) -> Candidate:
    point = geo.Point(found.latitude, geodesy.normalise_lon(found.longitude))
    return Candidate(str(found.address)[:LONGEST_ADDRESS], point, _country(found.raw), STREET_ACCURACY_M)


def _country(raw: Mapping[str, Any]) -> str:
    """Nominatim and Photon put the country's code in different places, or nowhere."""
    for part in ("address", "properties"):
        section = raw.get(part)
        if isinstance(section, dict):
            return str(section.get("country_code") or section.get("countrycode") or "").upper()
    return ""

"""Values in the reader's language: numbers, times with their place, distances, lengths of time, lists."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import ceil

from babel import Locale, dates, numbers

from backoffice.kernel import geodesy, money
from backoffice.kernel.messages import Day, Distance, Labelled, Listing, Param, PlaceWords, Span, Term, When
from backoffice.kernel.money import Money
from bot.i18n import places, zones

Say = Callable[[str, Mapping[str, Param]], str]
"""(key, params) -> the catalogue's words in the same language."""
MINUTE = 60
_CODE_AND_NUMBER = re.compile(r"([A-Z]{3})(?=\d)")
"""CLDR wants a space between a currency's letters and the number; Babel does not put it."""


@dataclass(frozen=True, slots=True)
class Formats:
    """Formats for one reader. `zone` is theirs, for moments that carry none."""

    locale: Locale
    zone: str
    catalogue: Say

    def say(self, key: str, params: Mapping[str, Param]) -> str:
        return self.catalogue(key, params)

    def words(self, value: Param, style: str = "") -> str:
        """A parameter as words. Style `time` of a moment leaves its day out."""
        match value:
            case str():
                return value
            case int() | float():
                return self.number(value)
            case When():
                return self.moment(value, style)
            case Day():
                return dates.format_skeleton("yMMMd", value.on, locale=self.locale)
            case Distance():
                return self.distance(value)
            case Span():
                return self.span(value.seconds)
            case Term():
                return self.term(value.key)
            case Listing():
                return self.listing([self.words(item) for item in value.items])
            case Labelled():
                return f"{self.term(value.label)} {value.value}"
            case PlaceWords():
                return places.words(self, value)
            case Money():
                return self.money(value)

    def number(self, value: float) -> str:
        return numbers.format_decimal(value, format="#,##0.##", locale=self.locale)

    def money(self, value: Money) -> str:
        """Every minor unit is shown, by ISO 4217's digits and not by CLDR's (which drop some that are paid)."""
        pattern = self._pattern(value)
        said = numbers.format_currency(
            value.amount, value.currency, format=pattern, locale=self.locale, currency_digits=False
        )
        return _CODE_AND_NUMBER.sub("\\1\u00a0", said)

    def _pattern(self, value: Money) -> str:
        """The language's own pattern with as many decimals as the sum has."""
        pattern = str(self.locale.currency_formats["standard"].pattern)
        places_ = "." + "0" * money.digits(value.currency) if money.digits(value.currency) else ""
        return pattern.replace(".00", places_)

    def moment(self, when: When, style: str) -> str:
        """`曼谷时间 14:20`: a time is always said with its place."""
        zone = when.zone or self.zone
        local = when.at.astimezone(zones.zone_info(zone))
        params: dict[str, Param] = {
            "city": zones.city(zone, local, self.locale, self.say),
            "time": dates.format_time(local, "HH:mm", locale=self.locale),
        }
        if style == "time":
            return self.say("format.time", params)
        params["day"] = dates.format_skeleton("MMMEd", local, locale=self.locale)
        return self.say("format.day_and_time", params)

    def distance(self, distance: Distance) -> str:
        far = self.length(distance.metres)
        if distance.bearing_deg is None:
            return far
        return self.say(
            "format.distance_bearing", {"distance": far, "direction": self.bearing(distance.bearing_deg)}
        )

    def length(self, metres: float) -> str:
        """To 10 m below 200, to 50 m below a kilometre, to 100 m below ten, then whole kilometres."""
        step = 10 if metres < 200 else 50
        rounded = max(10, round(metres / step) * step)
        if rounded < 1000:
            return self._unit("m", rounded)
        km = metres / 1000
        return self._unit("km", round(km, 1) if km < 9.95 else round(km))

    def bearing(self, degrees: float) -> str:
        return self.say(f"bearing.{geodesy.compass(degrees).lower()}", {})

    def span(self, seconds: float) -> str:
        """Rounded up: to 10 s below a minute, to minutes below an hour, then to 5 minutes, then to hours."""
        if seconds <= 50:
            return self._unit("seconds", max(10, ceil(seconds / 10) * 10))
        minutes = ceil(seconds / MINUTE)
        if minutes < 60:
            return self._unit("minutes", minutes)
        minutes = ceil(minutes / 5) * 5
        if minutes < 24 * 60:
            return self._two("hours", "minutes", divmod(minutes, 60))
        return self._two("days", "hours", divmod(ceil(minutes / 60), 24))

    def _two(self, large: str, small: str, amounts: tuple[int, int]) -> str:
        first = self._unit(large, amounts[0])
        if not amounts[1]:
            return first
        return self.say("format.two_units", {"large": first, "small": self._unit(small, amounts[1])})

    def _unit(self, unit: str, amount: float) -> str:
        return self.say(f"unit.{unit}", {"count": amount})

    def term(self, key: str) -> str:
        """A phrase of the catalogue. Languages (`language.th`) are named by CLDR, which knows them all."""
        family, _, code = key.partition(".")
        if family == "language":
            return str(self.locale.languages.get(code.replace("-", "_"), code))
        return self.say(key, {})

    def listing(self, items: list[str]) -> str:
        """With the language's own separator (、 in Chinese and Japanese), without "and"."""
        middle = self.locale.list_patterns["standard"]["middle"]
        listed = items[0] if items else ""
        for item in items[1:]:
            listed = middle.format(listed, item)
        return listed

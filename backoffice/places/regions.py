"""Parts of the world as people of a centre speak of them: each country belongs to one."""

from collections.abc import Mapping
from enum import StrEnum


class Region(StrEnum):
    """In the order they are shown when nothing else orders them."""

    CHINA = "china"
    EAST_ASIA = "east_asia"
    SOUTHEAST_ASIA = "southeast_asia"
    SOUTH_ASIA = "south_asia"
    CENTRAL_WEST_ASIA = "central_west_asia"
    EUROPE = "europe"
    AFRICA = "africa"
    NORTH_AMERICA = "north_america"
    LATIN_AMERICA = "latin_america"
    OCEANIA = "oceania"
    ELSEWHERE = "elsewhere"


_COUNTRIES: Mapping[Region, str] = {
    Region.CHINA: "CN HK MO TW",
    Region.EAST_ASIA: "JP KR KP MN",
    Region.SOUTHEAST_ASIA: "TH VN LA KH MM MY SG ID PH BN TL",
    Region.SOUTH_ASIA: "IN PK BD LK NP BT MV AF IO",
    Region.CENTRAL_WEST_ASIA: ("KZ UZ KG TJ TM IR IQ SY LB IL PS JO SA YE OM AE QA BH KW TR GE AM AZ CY"),
    Region.EUROPE: (
        "AD AL AT AX BA BE BG BY CH CZ DE DK EE ES FI FO FR GB GG GI GR HR HU IE IM IS IT JE LI LT LU LV MC MD ME "
        "MK MT NL NO PL PT RO RS RU SE SI SJ SK SM UA VA XK"
    ),
    Region.AFRICA: (
        "AO BF BI BJ BW CD CF CG CI CM CV DJ DZ EG EH ER ET GA GH GM GN GQ GW KE KM LR LS LY MA MG ML MR MU MW MZ "
        "NA NE NG RE RW SC SD SH SL SN SO SS ST SZ TD TG TN TZ UG YT ZA ZM ZW"
    ),
    Region.NORTH_AMERICA: "US CA GL PM BM UM",
    Region.LATIN_AMERICA: (
        "AG AI AR AW BB BL BO BQ BR BS BZ CL CO CR CU CW DM DO EC FK GD GF GP GT GY HN HT JM KN KY LC MF MQ MS MX "
        "NI PA PE PR PY SR SV SX TC TT UY VC VE VG VI GS"
    ),
    Region.OCEANIA: "AU NZ PG FJ SB VU NC PF WS TO KI FM MH PW NR TV CK NU TK WF AS GU MP NF CC CX PN TF HM",
}
_OF = {code: region for region, codes in _COUNTRIES.items() for code in codes.split()}


def of(country: str) -> Region:
    """The region of an ISO 3166-1 alpha-2 code; at sea and on the ice: elsewhere."""
    return _OF.get(country, Region.ELSEWHERE)

"""Messages and fixes to JSON and back: what the outbox and the vault keep."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from backoffice.kernel import messages as m
from backoffice.kernel.geo import Datum, Fix, Point, RawPoint, Source
from backoffice.kernel.money import Money

Json = Any


def _place_words(p: m.PlaceWords) -> Json:
    return {
        "country": p.country,
        "city": dict(p.city),
        "zone": p.zone,
        "distance": p.distance and _distance(p.distance),
    }


def _distance(d: m.Distance) -> Json:
    return [d.metres, d.bearing_deg]


def _read_distance(v: Json) -> m.Distance | None:
    return m.Distance(v[0], v[1]) if v else None


def _read_place(v: Json) -> m.PlaceWords:
    return m.PlaceWords(v["country"], v["city"], _read_distance(v["distance"]), v["zone"])


_WRITE: Mapping[type, tuple[str, Callable[[Any], Json]]] = {
    m.When: ("when", lambda p: [p.at.isoformat(), p.zone]),
    m.Distance: ("distance", _distance),
    m.Span: ("span", lambda p: p.seconds),
    m.Term: ("term", lambda p: p.key),
    m.Listing: ("list", lambda p: [write_param(i) for i in p.items]),
    m.PlaceWords: ("place", _place_words),
    m.Day: ("day", lambda p: p.on.isoformat()),
    m.Labelled: ("labelled", lambda p: [p.label, p.value]),
    Money: ("money", lambda p: [p.minor, p.currency]),
}
_READ: Mapping[str, Callable[[Json], m.Param]] = {
    "when": lambda v: m.When(datetime.fromisoformat(v[0]), v[1]),
    "distance": lambda v: m.Distance(v[0], v[1]),
    "span": lambda v: m.Span(v),
    "term": lambda v: m.Term(v),
    "list": lambda v: m.Listing(tuple(read_param(i) for i in v)),
    "place": _read_place,
    "day": lambda v: m.Day(date.fromisoformat(v)),
    "labelled": lambda v: m.Labelled(v[0], v[1]),
    "money": lambda v: Money(v[0], v[1]),
}


def write_param(value: m.Param) -> Json:
    """A parameter as JSON: strings and numbers as they are, values tagged `{"t": kind, "v": …}`."""
    found = _WRITE.get(type(value))
    return {"t": found[0], "v": found[1](value)} if found else value


def read_param(value: Json) -> m.Param:
    return _READ[value["t"]](value["v"]) if isinstance(value, dict) else value


def write_map_point(p: m.MapPoint) -> Json:
    return {"lat": p.point.lat, "lon": p.point.lon, "title": p.title, "acc": p.accuracy_m, "live": p.live}


def read_map_point(v: Json) -> m.MapPoint:
    return m.MapPoint(Point(v["lat"], v["lon"]), v["title"], v["acc"], v["live"])


def write_media(p: m.Media) -> Json:
    return {"id": p.id, "kind": p.kind, "name": p.name, "mime": p.mime, "size": p.size}


def read_media(v: Json) -> m.Media:
    return m.Media(v["id"], m.MediaKind(v["kind"]), v["name"], v["mime"], v["size"])


def _write_params(params: Mapping[str, m.Param]) -> Json:
    return {k: write_param(v) for k, v in params.items()}


def _read_params(v: Json) -> dict[str, m.Param]:
    return {k: read_param(p) for k, p in v.items()}


def write_message(msg: m.Message) -> Json:
    """A message as JSON; what is empty is left out."""
    out: dict[str, Json] = {"key": msg.key, "params": _write_params(msg.params)}
    if msg.choices:
        out["choices"] = [[c.value, c.label, c.digit] for c in msg.choices]
    out |= {"question": msg.question} if msg.question else {}
    out |= {"ask": msg.ask} if msg.ask else {}
    out |= {"place": write_map_point(msg.place)} if msg.place else {}
    out |= {"media": write_media(msg.media)} if msg.media else {}
    out |= {"speaker": _write_speaker(msg.speaker)} if msg.speaker else {}
    out |= {"more": [[s.key, _write_params(s.params)] for s in msg.more]} if msg.more else {}
    out |= {"drill": True} if msg.drill else {}
    return out


def _write_speaker(speaker: m.Speaker) -> Json:
    return [speaker.role, speaker.name, *([speaker.called] if speaker.called else [])]


def read_message(v: Json) -> m.Message:
    """The inverse of `write_message`."""
    speaker = v.get("speaker")
    return m.Message(
        key=v["key"],
        params=_read_params(v["params"]),
        choices=tuple(m.Choice(*c) for c in v.get("choices", ())),
        question=v.get("question", ""),
        ask=m.Ask(v["ask"]) if "ask" in v else None,
        place=read_map_point(v["place"]) if "place" in v else None,
        media=read_media(v["media"]) if "media" in v else None,
        speaker=m.Speaker(m.Role(speaker[0]), *speaker[1:]) if speaker else None,
        more=tuple(m.Sentence(key, _read_params(params)) for key, params in v.get("more", ())),
        drill=v.get("drill", False),
    )


def write_fix(f: Fix) -> Json:
    return {
        "p": [f.point.lat, f.point.lon],
        "raw": [f.raw.lat, f.raw.lon, f.raw.datum],
        "source": f.source,
        "at": f.at.isoformat(),
        "acc": f.accuracy_m,
        "amb": f.ambiguous,
        "alt": [f.alternative.lat, f.alternative.lon] if f.alternative else None,
    }


def read_fix(v: Json) -> Fix:
    """The inverse of `write_fix`."""
    raw = RawPoint(v["raw"][0], v["raw"][1], Datum(v["raw"][2]))
    alternative = Point(*v["alt"]) if v["alt"] else None
    at = datetime.fromisoformat(v["at"])
    return Fix(Point(*v["p"]), raw, Source(v["source"]), at, v["acc"], v["amb"], alternative)

"""A link that opens a map in WeChat: the platform has no native point to send."""

from collections.abc import Callable
from urllib.parse import quote

from backoffice.kernel import geo

ToGcj = Callable[[geo.Point], geo.Point]
"""WGS-84 to what Tencent's map draws: GCJ-02 in mainland China (by polygon), unchanged elsewhere."""

_TITLE_LENGTH = 20
_SEPARATORS = str.maketrans("", "", ";:,|&\r\n")


def map_link(point: geo.Point, title: str, to_gcj: ToGcj) -> str:
    """Tencent's marker address; latitude first, six decimals (0.1 m). An empty title becomes the coordinates."""
    shown = to_gcj(point)
    words = title.translate(_SEPARATORS)[:_TITLE_LENGTH] or f"{point.lat:.5f} {point.lon:.5f}"
    name = quote(words, safe="")
    marker = f"coord:{shown.lat:.6f},{shown.lon:.6f};title:{name};addr:{name}"
    return f"https://apis.map.qq.com/uri/v1/marker?marker={marker}&referer=rescue"

"""How a job goes to the decoding process and its answer comes back: lengths, one letter, bytes."""

import struct
from typing import Final

HEAD: Final = struct.Struct(">I")
LOOK, REDRAW = b"L", b"R"
LARGEST = 20 * 2**20
"""20 MB: what is fetched at all (business.md, Data)."""
LARGEST_ANSWER = 40 * 2**20

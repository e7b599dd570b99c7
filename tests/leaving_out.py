"""What a machine lacks is left out aloud, and never where nothing may be left out."""

import os
from typing import NoReturn

import pytest

NOTHING_LEFT_OUT = bool(os.environ.get("RESCUE_TEST_NOTHING_LEFT_OUT"))
LEFT_OUT = "not found: "
LEAVABLE = ("PostgreSQL", "Redis", "Chromium")
"""What `leave_out` may name."""


def leave_out(what: str) -> NoReturn:
    """Skip, and say so in the last lines; a failure where nothing may be left out."""
    if NOTHING_LEFT_OUT:
        pytest.fail(f"{what} was not found, and RESCUE_TEST_NOTHING_LEFT_OUT is set")
    pytest.skip(f"{LEFT_OUT}{what}")

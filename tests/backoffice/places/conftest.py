"""What the tests of places share."""

from importlib import resources

import pytest

from backoffice.places import borders


@pytest.fixture(scope="session")
def areas() -> borders.Borders:
    data = resources.files("backoffice.places").joinpath("data/country_borders.json")
    return borders.Borders.from_geojson(data.read_text("utf-8"))

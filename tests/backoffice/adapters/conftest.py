"""What the tests of adapters share."""

import pytest

from backoffice.adapters.gazetteer import Gazetteer


@pytest.fixture(scope="session")
def gazetteer() -> Gazetteer:
    built = Gazetteer()
    built.warm()
    return built

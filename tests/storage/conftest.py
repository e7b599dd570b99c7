"""What tests of storage share."""

import pytest

from storage.engine import Database
from storage.unit_of_work import SqlStore
from storage.vault import Vault
from tests.clocks import FakeClock
from tests.storage.post import Post


@pytest.fixture
def post(database: Database, vault: Vault, store: SqlStore, clock: FakeClock) -> Post:
    return Post(database, vault, store, clock)

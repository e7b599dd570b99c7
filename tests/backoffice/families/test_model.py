"""Invitations: tokens nobody guesses, links that live as long as the case and a day, contacts as people type them."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from backoffice.families import contacts, model
from backoffice.families.model import Follower, FollowerId, FollowerStatus, Reached
from backoffice.kernel import errors
from backoffice.kernel.ids import CaseId, PersonId

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def test_a_token_carries_all_its_256_bits_and_fits_both_platforms() -> None:
    """Every bit changes it; 45 characters of A-Za-z0-9_- go into a start payload and a scene."""
    zero = model.fresh_token(lambda n: 0)
    made = {model.fresh_token(lambda n, b=bit: 1 << b) for bit in range(256)}
    assert len(made | {zero}) == 257
    token = model.fresh_token(random.Random(1).getrandbits)
    assert model.is_token(token)
    assert len(model.PREFIX + token) <= 64
    assert model.payload_token(model.PREFIX + token) == token


@pytest.mark.parametrize("scene", ["", "f_", "case_7K3F", "f_" + "A" * 42, "f_" + "A" * 42 + "!", "A" * 43])
def test_another_payload_is_no_invitation(scene: str) -> None:
    assert model.payload_token(scene) is None


def test_a_link_outlives_its_case_by_a_day() -> None:
    """On the 32nd day as on the first; a second after the day nothing."""
    assert model.alive(True, None, NOW + timedelta(days=32))
    assert model.alive(True, NOW, NOW + timedelta(hours=23, minutes=59))
    assert not model.alive(True, NOW, NOW + timedelta(hours=24))
    assert not model.alive(False, None, NOW)


def test_nobody_comes_back_by_the_old_door() -> None:
    mum = Follower(FollowerId("f"), CaseId("c"), "Mum", "traveller", NOW)
    mum.move(FollowerStatus.REVOKED, NOW)
    with pytest.raises(errors.IllegalMove):
        mum.move(FollowerStatus.FOLLOWING, NOW)


def test_the_person_in_trouble_decides() -> None:
    """Not whoever asked for them; and nobody while they cannot be asked."""
    me, patient = PersonId("me"), PersonId("patient")
    assert model.decider_of(False, None, me) == me
    assert model.decider_of(True, None, me) is None
    assert model.decider_of(True, patient, me) == patient


@pytest.mark.parametrize(
    ("typed", "name", "reached", "contact"),
    [
        ("妈妈", "妈妈", Reached.NONE, ""),
        ("妈妈 +86 138 0013 8000", "妈妈", Reached.SMS, "+8613800138000"),
        ("爸爸：dad@example.org", "爸爸", Reached.EMAIL, "dad@example.org"),
        ("+44 7400 123456", "", Reached.SMS, "+447400123456"),
        ("Aunt 12", "Aunt 12", Reached.NONE, ""),
    ],
)
def test_a_name_with_a_number_is_read(typed: str, name: str, reached: Reached, contact: str) -> None:
    assert contacts.read(typed) == contacts.Named(name, reached, contact)


def test_a_number_tells_its_night_where_a_country_has_one() -> None:
    assert contacts.zone("+8613800138000") == "Asia/Shanghai"
    assert contacts.zone("+12025550123") in ("", "America/New_York")
    assert contacts.zone("nonsense") == ""

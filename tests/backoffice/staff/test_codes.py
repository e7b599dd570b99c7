"""Codes of an authenticator, recovery codes and pauses: the rules without any storage."""

import secrets
from datetime import UTC, datetime, timedelta

import pytest

from backoffice.staff import pauses, recovery, totp

SECRET = b"12345678901234567890"


@pytest.mark.parametrize(
    ("at", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (20000000000, "353130"),
    ],
)
def test_codes_are_those_of_the_standard(at: int, code: str) -> None:
    """RFC 6238, appendix B, SHA-1, the last six digits."""
    now = datetime.fromtimestamp(at, UTC)
    assert totp.code_at(SECRET, now) == code
    assert totp.matching_step(SECRET, code, now) == at // 30


def test_a_telephone_clock_may_be_one_step_off_and_no_more() -> None:
    now = datetime(2026, 3, 1, 12, 0, 10, tzinfo=UTC)
    step = int(now.timestamp()) // 30
    for off, found in ((0, step), (-30, step - 1), (30, step + 1), (-60, None), (60, None)):
        code = totp.code_at(SECRET, now + timedelta(seconds=off))
        assert totp.matching_step(SECRET, code, now) == found
    assert totp.matching_step(SECRET, "", now) is None
    assert totp.matching_step(SECRET, "２８７０８２", now) is None


def test_the_address_in_the_qr_code_names_service_and_person() -> None:
    address = totp.address(SECRET, "大救星", "林 晓")
    assert address.startswith("otpauth://totp/%E5%A4%A7%E6%95%91%E6%98%9F%3A%E6%9E%97%20%E6%99%93?secret=")
    assert totp.spelled(SECRET).replace(" ", "") in address


def test_ten_recovery_codes_that_their_first_part_tells_apart() -> None:
    """Each is found by its first group; no letter in them is mistaken for another on paper."""
    codes = recovery.fresh(secrets.randbits)
    assert len({recovery.selector(code) for code in codes}) == recovery.COUNT == 10
    assert not {c for code in codes for c in code} & set("01OILU")
    assert all(recovery.is_one(code) for code in codes)


def test_a_recovery_code_is_kept_as_argon2id_and_typed_as_people_type() -> None:
    code = "ABCD-EFGH-JKMN-PQRS"
    kept = recovery.hashed(code)
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert recovery.proves(kept, " abcd efgh-jkmn pqrs ")
    assert not recovery.proves(kept, "ABCD-EFGH-JKMN-PQRT")
    assert not recovery.proves(recovery.NOBODYS, code)


def test_pauses_grow_and_end() -> None:
    """Three tries free; then 5 s, 10 s, 20 s … a quarter of an hour at most, for ever."""
    waits = [pauses.pause(pauses.ACCOUNT, n).total_seconds() for n in range(1, 12)]
    assert waits == [0, 0, 0, 5, 10, 20, 40, 80, 160, 320, 640]
    assert pauses.pause(pauses.ACCOUNT, 10**6) == timedelta(minutes=15)
    assert pauses.pause(pauses.ADDRESS, 20) == timedelta(0)


def test_a_day_without_a_failure_forgets_them() -> None:
    now = datetime(2026, 3, 1, tzinfo=UTC)
    assert pauses.counted(9, now - timedelta(hours=23), now) == 9
    assert pauses.counted(9, now - timedelta(hours=24), now) == 0
    assert pauses.counted(9, None, now) == 0


def test_guessing_without_end_stays_hopeless() -> None:
    """Whoever tries as often as the pauses let them for a month hits a code in less than one case in a hundred."""
    month, tried, spent = timedelta(days=30), 0, timedelta(0)
    while spent < month:
        tried += 1
        spent += pauses.pause(pauses.ACCOUNT, tried)
    assert tried * len(totp.DRIFT) / 10**totp.DIGITS < 0.01

"""The platform's error table, as the rest of the service meets it."""

import pytest

from bot import channel
from bot.handlers.wechat import errors

TABLE = {
    channel.TemporaryFailure: (-1, 43117, 40241),
    channel.ChannelDown: (40001, 40014, 42001, 40164, 40243, 48001, 45009, 45011),
    channel.Unreachable: (43004, 43019, 48002, 50005),
    channel.WindowClosed: (45015, 45047),
    channel.PermanentFailure: (40003, 40007, 45002, 40200, 47003, 99999),
}


@pytest.mark.parametrize(("kind", "code"), [(kind, code) for kind, codes in TABLE.items() for code in codes])
def test_each_code_means_what_the_table_says(kind: type[channel.SendFailure], code: int) -> None:
    failure = errors.failure(code)
    assert type(failure) is kind
    assert failure.code == str(code)


def test_every_pause_is_one() -> None:
    """A delay of nothing would be a storm."""
    for code in (*TABLE[channel.TemporaryFailure], *TABLE[channel.ChannelDown]):
        failure = errors.failure(code)
        assert isinstance(failure, channel.TemporaryFailure)
        assert failure.delay_s >= 1

"""How fast chats are written to: one a second, SOS in short bursts, bulk in its third, retry_after for all."""

import pytest

from backoffice.kernel.messages import Urgency
from bot.channel import TemporaryFailure
from bot.handlers.telegram.pacing import Gate, Pacing

SOS, NORMAL, BULK = Urgency.SOS, Urgency.NORMAL, Urgency.BULK


def sent(pacing: Pacing, letters: list[tuple[str, Urgency]], until: float, start: float = 0.0) -> list[float]:
    """When each letter goes, if each asks again after exactly the delay it was given."""
    waiting = [(start, number, chat, urgency) for number, (chat, urgency) in enumerate(letters)]
    times = []
    while waiting and waiting[0][0] <= until:
        now, number, chat, urgency = waiting.pop(0)
        wait = pacing.take(chat, urgency, now)
        if wait > 0:
            waiting = sorted([*waiting, (now + wait, number, chat, urgency)])
        else:
            times.append(now)
    return times


def most_within(times: list[float], seconds: float) -> int:
    return max(sum(1 for each in times if at <= each < at + seconds - 1e-9) for at in times)


def test_a_chat_gets_one_ordinary_letter_a_second():
    assert sent(Pacing(), [("7", NORMAL)] * 4, until=10) == pytest.approx([0, 1, 2, 3])


def test_an_sos_may_burst_then_keeps_to_one_a_second():
    assert sent(Pacing(), [("7", SOS)] * 7, until=10) == pytest.approx([0, 0, 0, 0, 1, 2, 3])


def test_after_a_burst_ordinary_letters_wait_until_the_chat_has_recovered():
    pacing = Pacing()
    assert [pacing.take("7", SOS, 0.0) for _ in range(4)] == [0.0] * 4
    assert pacing.take("7", NORMAL, 0.0) == pytest.approx(4.0)
    assert pacing.take("7", NORMAL, 4.0) == 0.0


def test_chats_do_not_wait_for_each_other():
    assert sent(Pacing(), [(str(chat), NORMAL) for chat in range(500)], until=0) == [0.0] * 500


def test_a_group_gets_twenty_a_minute():
    assert sent(Pacing(), [("-5", NORMAL)] * 3, until=10) == pytest.approx([0, 3, 6])


def test_bulk_takes_a_third_of_thirty_a_second_and_all_of_it_goes():
    times = sent(Pacing(), [(str(chat), BULK) for chat in range(300)], until=60)
    assert len(times) == 300
    assert most_within(times, 1.0) <= 10
    assert times[-1] == pytest.approx(29.9, abs=1.0)


def test_a_thousand_refused_letters_come_back_one_behind_the_other():
    pacing = Pacing()
    waits = [pacing.take(str(chat), BULK, 0.0) for chat in range(1000)]
    assert waits[0] == 0.0
    assert all(
        later - earlier == pytest.approx(0.1) for earlier, later in zip(waits[1:], waits[2:], strict=False)
    )


def test_an_sos_never_waits_behind_bulk():
    pacing = Pacing()
    sent(pacing, [(str(chat), BULK) for chat in range(300)], until=5)
    assert pacing.take("sos", SOS, 5.0) == 0.0


def test_bulk_stops_while_urgent_letters_use_the_thirty():
    pacing = Pacing()
    for chat in range(30):
        assert pacing.take(str(chat), SOS, 0.5) == 0.0
    assert pacing.take("b", BULK, 0.6) == pytest.approx(0.9)
    assert pacing.take("another", SOS, 0.6) == 0.0
    assert pacing.take("b", BULK, 1.6) == 0.0


@pytest.mark.parametrize("urgency", list(Urgency))
def test_retry_after_closes_its_chat_for_every_urgency(urgency):
    pacing = Pacing()
    pacing.hold("7", 12.0, 0.0)
    assert pacing.take("7", urgency, 1.0) == pytest.approx(11.0)
    assert pacing.take("8", urgency, 1.0) == 0.0
    assert pacing.take("7", urgency, 12.0) == 0.0


@pytest.mark.parametrize("urgency", list(Urgency))
def test_several_flooded_chats_at_once_mean_the_whole_bot(urgency):
    pacing = Pacing()
    for chat in ("1", "2", "3"):
        pacing.hold(chat, 5.0, 0.0)
    assert pacing.take("9", urgency, 1.0) == pytest.approx(4.0)
    assert pacing.take("9", urgency, 5.0) == 0.0


def test_one_chat_flooded_again_and_again_does_not_close_the_others():
    pacing = Pacing()
    for _ in range(5):
        pacing.hold("1", 5.0, 0.0)
    assert pacing.take("9", SOS, 0.1) == 0.0


def test_floods_far_apart_do_not_close_the_others():
    pacing = Pacing()
    for number in range(5):
        pacing.hold(str(number), 1.0, number * 3.0)
    assert pacing.take("9", SOS, 12.1) == 0.0


def test_a_clock_set_back_an_hour_closes_nobody_for_an_hour():
    pacing = Pacing()
    assert pacing.take("7", NORMAL, 10_000.0) == 0.0
    assert pacing.take("7", NORMAL, 6_400.0) <= 1.0
    assert pacing.take("7", NORMAL, 6_401.0) == 0.0


def test_what_binds_nobody_any_more_is_forgotten():
    pacing = Pacing()
    for chat in range(30_000):
        pacing.take(str(chat), SOS, chat * 0.01)
    assert len(pacing._whole) <= 10_001


def test_the_gate_sends_a_letter_back_with_its_delay_and_never_sleeps(clock):
    gate = Gate(clock)
    gate.admit("7", NORMAL)
    with pytest.raises(TemporaryFailure) as refused:
        gate.admit("7", NORMAL)
    assert (refused.value.code, refused.value.delay_s) == ("paced", pytest.approx(1.0))
    clock.forward(1)
    gate.admit("7", NORMAL)

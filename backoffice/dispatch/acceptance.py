"""How likely somebody says yes, and how many to ask so that one does.

A share of acceptances is shrunk towards the mean of the people around (beta-binomial): somebody asked twice is judged
by the others, somebody asked a hundred times by themselves. The mean starts from what is published (30 % at the start
of Region der Lebensretter; 17–47 % in the literature, Khalemsky 2023) and gives way to what is measured here.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from backoffice.dispatch.standing import History

PUBLISHED_MEAN = 0.30
PUBLISHED_WEIGHT = 50.0
"""The published mean counts as so many questions: a day's measurement of a city outweighs it."""
LEAST_STRENGTH, MOST_STRENGTH = 4.0, 60.0
USUAL_STRENGTH = 20.0
"""Of means spread evenly over 17–47 % a beta distribution has strength 27; single people differ more."""
ENOUGH_PEOPLE = 30
SURE = 0.95
"""An order's wave is so large that the chance of at least one yes is this (issue: Dispatch that can be explained)."""


@dataclass(frozen=True, slots=True)
class Prior:
    """The beta distribution of the people around: its mean, and its weight in questions."""

    mean: float = PUBLISHED_MEAN
    strength: float = USUAL_STRENGTH


def prior(histories: Sequence[History]) -> Prior:
    """What the people around have shown so far."""
    asked = sum(h.asked for h in histories)
    accepted = sum(h.accepted for h in histories)
    mean = (accepted + PUBLISHED_MEAN * PUBLISHED_WEIGHT) / (asked + PUBLISHED_WEIGHT)
    return Prior(mean, _strength([h for h in histories if h.asked >= 2], mean))


def _strength(histories: Sequence[History], mean: float) -> float:
    """By moments: pairs of answers of one person agree more often than chance by 1 / (strength + 1)."""
    if len(histories) < ENOUGH_PEOPLE:
        return USUAL_STRENGTH
    pairs = sum(h.asked * (h.asked - 1) for h in histories)
    both = sum(h.accepted * (h.accepted - 1) for h in histories)
    alike = (both / pairs - mean * mean) / (mean * (1 - mean))
    if alike <= 0:
        return MOST_STRENGTH
    return min(MOST_STRENGTH, max(LEAST_STRENGTH, 1 / alike - 1))


def likelihood(history: History, around: Prior) -> float:
    """The chance that this person says yes to the next question, strictly between 0 and 1."""
    return (history.accepted + around.mean * around.strength) / (history.asked + around.strength)


def wave_size(likelihoods: Sequence[float], most: int, sure: float = SURE) -> int:
    """How many of these, asked in this order, make one yes likely enough; at most `most`.

    Answers are taken as independent, as in field facts 3.1: 30 % each needs 9 for 95 %.
    """
    nobody = 1.0
    for number, chance in enumerate(likelihoods[:most], 1):
        nobody *= 1 - chance
        if nobody <= 1 - sure:
            return number
    return min(len(likelihoods), most)

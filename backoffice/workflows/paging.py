"""What people are woken with: a sentence without a name or a place, and where to take the case."""

from backoffice.kernel.messages import Message, Param
from backoffice.oncall import ladder

KEYS = ("page.unanswered", "page.incident", "page.promise_passed", "page.test", "page.synthetic_failed")


def message(level: int, ref: str, what: str, console: str) -> Message:
    """`what` is `unanswered`, `promise_passed`, `synthetic_failed` or `test`; `console` the address to sign in at."""
    params: dict[str, Param] = {"ref": ref, "link": console}
    if what == "test":
        return Message("page.test", {"link": console})
    if what == "synthetic_failed":
        return Message("page.synthetic_failed", {"link": console})
    if what == "promise_passed":
        return Message("page.promise_passed", params)
    if level >= ladder.INCIDENT:
        return Message("page.incident", params)
    return Message("page.unanswered", params)


def subject(ref: str, what: str) -> Message:
    """The subject line of a mail."""
    if what == "synthetic_failed":
        return Message("page.subject_synthetic", {})
    return Message("page.subject_test", {}) if what == "test" else Message("page.subject", {"ref": ref})

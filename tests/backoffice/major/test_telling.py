"""Who is told: consent first, then the way; what is shown is what is sent."""

from dataclasses import replace

import pytest

from backoffice.families.model import FollowerId, FollowerStatus, Part, Reached
from backoffice.families.scopes import Scope
from backoffice.kernel.ids import CaseId
from backoffice.major import telling
from backoffice.major.telling import Relative, Unreached, Way

MUM = Relative(
    FollowerId("f"), CaseId("c"), "妈妈", FollowerStatus.FOLLOWING, Part.RELATIVE, frozenset({Scope.SAFE}),
    in_chat=True, channel="wechat", reached=Reached.NONE, duress=False,
)  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, Way.WECHAT),
        ({"channel": "telegram"}, Way.TELEGRAM),
        ({"in_chat": False, "channel": "", "reached": Reached.SMS}, Way.PAGE),
        ({"in_chat": False, "channel": "", "reached": Reached.CALL}, Way.CALL),
        ({"channel": ""}, Unreached.NO_CHAT),
        ({"scopes": frozenset({Scope.CITY})}, Unreached.NOT_ALLOWED),
        ({"status": FollowerStatus.INVITED}, Unreached.NOT_COME),
        ({"duress": True}, Unreached.DURESS),
        ({"status": FollowerStatus.REVOKED}, None),
        ({"part": Part.PATIENT}, None),
    ],
)
def test_each_relative_has_one_way_or_one_reason(changes: dict[str, object], found: object) -> None:
    shown = telling.preview("x", Scope.SAFE, [replace(MUM, **changes)], [])  # type: ignore[arg-type]
    said = [r.way for r in shown.readers] + [m.why for m in shown.missed]
    assert said == ([found] if found else [])


def test_the_seal_changes_with_anybody_any_way_and_any_word() -> None:
    one = telling.preview("x", Scope.SAFE, [MUM], [])
    other = replace(MUM, follower=FollowerId("g"))
    seals = {
        one.seal,
        telling.preview("y", Scope.SAFE, [MUM], []).seal,
        telling.preview("x", Scope.SAFE, [replace(MUM, channel="telegram")], []).seal,
        telling.preview("x", Scope.SAFE, [MUM, other], []).seal,
    }
    assert len(seals) == 4
    assert telling.preview("x", Scope.SAFE, [other, MUM], []).seal in seals

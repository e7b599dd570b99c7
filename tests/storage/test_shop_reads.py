"""What the pages of orders and money read, on both databases: the same pictures, and never a lock."""

from collections.abc import Callable
from pathlib import Path

from backoffice.kernel.ids import OrderId
from backoffice.kernel.money import Money
from backoffice.money import ledger
from backoffice.money.model import PaymentId
from storage.bus import LocalBus
from storage.engine import Database
from storage.media import FileMedia
from storage.shop_reads import SqlShopQueries
from storage.unit_of_work import SqlStore
from storage.vault import Vault
from tests.backoffice.console import shop_world
from tests.backoffice.console.evening import Evening
from tests.clocks import FakeClock


async def test_every_question_is_answered_from_a_read_only_snapshot(
    database: Database,
    vault: Vault,
    bus: LocalBus,
    clock: FakeClock,
    bits: Callable[[int], int],
    tmp_path: Path,
) -> None:
    media = FileMedia(tmp_path / "media", database, vault, clock)
    evening = Evening(database, vault, SqlStore(database, vault, bus), bus, clock, bits, media)
    shop = await shop_world.opened(evening)
    await shop_world.proposed(evening, shop)
    reads = SqlShopQueries(database, vault)
    board = await reads.orders()
    assert sorted(line.order.ref for line in board.live) == ["AAAA2", "BBBB3", "CCCC4"]
    assert [(line.asked, line.willing) for line in board.live if line.order.ref == "AAAA2"] == [(1, 1)]
    assert [each.ref for each in board.reviews] == ["DDDD5"]
    one = await reads.order(OrderId("order-CCCC4"), clock.now())
    assert [said.entry.name for said in one.said] == ["周女士", "Somchai Rattana", "林晓"]
    assert one.said[1].sent, "how the words that were told on stand"
    money = await reads.money()
    assert [amount for _, amount in money.stray] == [Money(90_00, "CNY")]
    assert {task.order.id for task in money.tasks} >= {"task-1", "task-2"}
    held = await reads.payment(PaymentId("pay-held"))
    assert (held.held, held.line.ref) == (Money(48_00, "CNY"), "DDDD5")
    payouts = await reads.payouts()
    assert [(each.name, each.why) for each in payouts.owed] == [("Somchai Rattana", "open")]
    books = await reads.ledger()
    assert set(books.sums.values()) == {0}
    assert (await reads.account(ledger.payable(shop.envoy.person))).lines[0].amount == Money(-192_00, "CNY")

"""The way of paying that needs nothing: people pay and are paid by hand, and an operator records it."""

from backoffice.money.model import OrderKind, Told
from backoffice.money.rules import RECORDED
from backoffice.ports.money import Instruction, ProviderAnswer


class RecordedPay:
    """`ports.money.PaymentProvider` without a platform: everything waits for an operator's word."""

    @property
    def name(self) -> str:
        return RECORDED

    async def create(self, instruction: Instruction) -> ProviderAnswer:
        """Payable at once: the payer is told that the centre takes the money."""
        return ProviderAnswer(Told.READY, how={"by": "centre"})

    async def query(self, instruction: Instruction) -> ProviderAnswer:
        """Nothing is known until it is recorded; what was never begun may be begun."""
        if instruction.order.kind in (OrderKind.REFUND, OrderKind.PAYOUT):
            return ProviderAnswer(Told.PENDING, reason="by_hand")
        return ProviderAnswer(Told.UNKNOWN_THERE)

    async def close(self, instruction: Instruction) -> ProviderAnswer:
        return ProviderAnswer(Told.SUCCEEDED)

    async def capture(self, instruction: Instruction) -> ProviderAnswer:
        return ProviderAnswer(Told.SUCCEEDED)

    async def refund(self, instruction: Instruction) -> ProviderAnswer:
        return ProviderAnswer(Told.PENDING, reason="by_hand")

    async def payout(self, instruction: Instruction) -> ProviderAnswer:
        return ProviderAnswer(Told.PENDING, reason="by_hand")

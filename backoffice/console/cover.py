"""What covers a case, as it was looked at after the dispatch: product, number, days, the main limits."""

from collections.abc import Sequence
from dataclasses import dataclass

from backoffice.console.deps import ConsoleDeps
from backoffice.insurance.cover import Link
from backoffice.insurance.model import Product
from backoffice.insurance.policies import Policy
from backoffice.kernel.errors import NotFound
from backoffice.kernel.money import Money
from backoffice.workflows import policy_letters


@dataclass(frozen=True, slots=True)
class Card:
    """One policy on a case; who is insured by it stands in the policy, not here."""

    link: Link
    policy: Policy
    product: Product

    @property
    def limits(self) -> list[tuple[str, Money]]:
        """The main items: id and limit."""
        return [(item.id, self.product.money(item.limit)) for item in policy_letters.main_items(self.product)]


async def of(deps: ConsoleDeps, kind: str, subject: str) -> Sequence[Card] | None:
    """None while nobody has looked yet; the look comes within seconds of the dispatch."""
    async with deps.store.begin(deps.clock.now()) as uow:
        links = await uow.policies.look(kind, subject)
        if links is None:
            return None
        found = []
        for link in links:
            try:
                policy = await uow.policies.get(link.policy)
                product = await uow.products.get(policy.product, policy.edition)
            except NotFound:
                continue
            found.append(Card(link, policy, product))
    return found

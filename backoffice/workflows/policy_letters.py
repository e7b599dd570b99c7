"""What the holder of a policy is told, in their language; each says what holds now and what comes next."""

from collections.abc import Mapping, Sequence

from backoffice.insurance.model import Item, Product, text
from backoffice.insurance.policies import Policy
from backoffice.kernel.exchange import NewLetter
from backoffice.kernel.messages import Day, Listing, Media, Message, Param, Sentence, Term
from backoffice.people.model import Person
from backoffice.workflows.work import Work

MAIN_ITEMS = 3


async def tell(
    work: Work, policy: Policy, key: str, more: Mapping[str, Param] | None = None, media: Media | None = None
) -> None:
    """One message to the holder; nobody for a policy that was only recognised."""
    if policy.holder is None:
        return
    reader = await work.uow.people.get(policy.holder)
    product = await work.uow.products.get(policy.product, policy.edition)
    params = {**facts(policy, product, reader.locale), **(more or {})}
    message = Message(key, params, media=media, drill=policy.drill)
    await work.tell(NewLetter(policy.holder, message))


def facts(policy: Policy, product: Product, locale: str) -> dict[str, Param]:
    """What every sentence about a policy may name."""
    return {
        "product": text(product.names, locale),
        "number": policy.number,
        "starts": Day(policy.starts),
        "ends": Day(policy.ends),
        "premium": policy.premium,
        "names": Listing(tuple(insured.name for insured in policy.people)),
    }


def line(policy: Policy, product: Product, reader: Person, number: int) -> list[Sentence]:
    """A policy in "my cover": what and until when, who, and the main limits."""
    params: dict[str, Param] = {
        **facts(policy, product, reader.locale),
        "index": number,
        "status": Term(f"policy_status.{policy.status}"),
    }
    found = [Sentence("cover.line" if policy.number else "cover.line_unnumbered", params)]
    if policy.covered:
        found += limits(product, reader.locale)
    return found


def limits(product: Product, locale: str) -> list[Sentence]:
    return [
        Sentence("cover.limit", {"item": text(item.names, locale), "limit": product.money(item.limit)})
        for item in main_items(product)
    ]


def main_items(product: Product) -> Sequence[Item]:
    """What people ask for first."""
    wanted = ("medical", "rescue", "repatriation")
    return [item for item in product.items if item.id in wanted][:MAIN_ITEMS]


def terms_link(work: Work, product: Product) -> str:
    """The page of a product edition's terms."""
    return f"{work.world.pay.public_url}/terms/{product.code}/{product.edition}"

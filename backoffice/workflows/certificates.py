"""The certificate of a policy: noted in the turn that promises it, drawn after it from what the database says."""

from backoffice.insurance.insured import masked
from backoffice.insurance.model import PolicyId, text
from backoffice.insurance.policies import IN_FORCE, ZONE, Policy
from backoffice.insurance.sports import name as sport_name
from backoffice.kernel.errors import NotFound
from backoffice.kernel.messages import Media, MediaKind
from backoffice.papers.certificate import Certificate, CoveredItem, CoveredPerson
from backoffice.papers.model import OURS, Reader
from backoffice.workflows.policy_letters import terms_link
from backoffice.workflows.work import Work

SOURCE = "certificates"
"""Where their files come from, beside the channels (`Expected.expect`)."""


async def expect(work: Work, policy: Policy) -> Media | None:
    """The paper for a letter to the holder."""
    if policy.holder is None:
        return None
    reader = await work.uow.people.get(policy.holder)
    name = f"{policy.number or policy.product}.pdf".replace("/", "-")
    media = Media(f"{OURS}{work.new_id()}", MediaKind.FILE, name, "application/pdf")
    await work.uow.media.expect(media, None, SOURCE, f"{policy.id}:{reader.locale}", policy.holder)
    return media


async def facts(work: Work, handle: str) -> Certificate:
    """What stands on the paper of a handle. Raises `NotFound`: no paper says "covered" before the insurer has."""
    id_, _, locale = handle.partition(":")
    policy = await work.uow.policies.get(PolicyId(id_))
    if policy.status not in IN_FORCE:
        raise NotFound
    product = await work.uow.products.get(policy.product, policy.edition)
    holder = await work.uow.people.get(policy.holder) if policy.holder else None
    return Certificate(
        reader=Reader(locale, ZONE),
        number=policy.number,
        made_at=policy.confirmed_at or policy.created_at,
        product=text(product.names, locale),
        insurer=product.insurer_name(locale),
        holder=holder.display_name if holder else "",
        starts=policy.starts,
        ends=policy.ends,
        countries=tuple(policy.countries),
        sports=tuple(sport_name(id_, locale) for id_ in policy.sports),
        people=tuple(CoveredPerson(p.name, masked(p.document), p.born) for p in policy.people),
        items=tuple(
            CoveredItem(
                item.clause, text(item.names, locale), product.money(item.limit), product.money(item.excess)
            )
            for item in product.items
        ),
        premium=policy.premium,
        terms=terms_link(work, product),
        drill=policy.drill,
    )

"""What a payer reads about a payment: in the chat, on the provider's own screen, on our page. A premium is held until
the insurer has said yes, what a service costs until the service is done: neither is said of the other."""

from datetime import datetime

from backoffice.kernel.messages import Message, Param, When
from backoffice.kernel.money import Money
from backoffice.money import premiums
from backoffice.money.model import Payment, PaymentStatus
from backoffice.workflows import pay_codes
from backoffice.workflows.work import Work

_TITLE = ("payment.title", "payment.title_cover")
_DETAILS = ("payment.details", "payment.details_cover")
_LINK = ("payment.link", "payment.link_cover")
_SCAN = ("payment.scan", "payment.scan_cover")
_RECEIVED = ("payment.received", "payment.received_cover")


def _for(payment: Payment, keys: tuple[str, str]) -> str:
    """The sentence for what this payment is for."""
    return keys[payment.purpose.kind in premiums.KINDS]


def title(payment: Payment) -> Message:
    """A few words for the provider's own screen."""
    return Message(_for(payment, _TITLE), {"number": payment.id[:8].upper()})


def details(payment: Payment) -> Message:
    params: dict[str, Param] = {"amount": payment.charged, "number": payment.id[:8].upper()}
    return Message(_for(payment, _DETAILS), params)


async def payable_by(work: Work, payment: Payment) -> Message:
    """A link; and the code to scan beside it where the provider gave one."""
    link = f"{work.world.pay.public_url}/pay/{payment.token}"
    params: dict[str, Param] = {
        "amount": payment.charged,
        "when": await _until(work, payment),
        "link": link,
    }
    if not payment.how.get("code_url"):
        return Message(_for(payment, _LINK), params)
    return Message(_for(payment, _SCAN), params, media=await pay_codes.picture(work, payment))


async def by_centre(work: Work, payment: Payment) -> Message:
    """A person says how."""
    return Message("payment.by_centre", {"amount": payment.charged, "when": await _until(work, payment)})


def received(payment: Payment, amount: Money) -> Message:
    """Held, and until when."""
    return Message(_for(payment, _RECEIVED), {"amount": amount})


async def _until(work: Work, payment: Payment) -> When:
    return When(payment.expires_at, (await work.uow.people.get(payment.payer)).zone)


def page(payment: Payment, now: datetime, zone: str) -> Message:
    """How a payment stands, for the page it is paid on."""
    params: dict[str, Param] = {"amount": payment.charged}
    if payment.paid_at:
        return Message("pay_page.paid", params)
    if not payable(payment, now):
        return Message("pay_page.over", params)
    return Message("pay_page.due", {**params, "when": When(payment.expires_at, zone)})


def page_hints() -> tuple[Message, Message]:
    """The button, and what to do where it does not work."""
    return Message("pay_page.button"), Message("pay_page.in_wechat")


def page_scan() -> Message:
    """What to do with the code on the page."""
    return Message("pay_page.scan")


def payable(payment: Payment, now: datetime) -> bool:
    """Money for it is welcome: not paid, not given up, in time."""
    return payment.status in (PaymentStatus.REQUESTED, PaymentStatus.FAILED) and now < payment.expires_at

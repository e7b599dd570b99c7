"""A payment's code to scan, as a picture that goes with the letter which asks for the money."""

from backoffice.kernel.errors import NotFound
from backoffice.kernel.messages import Media, MediaKind
from backoffice.money.model import Payment, PaymentId
from backoffice.workflows.work import Work

SOURCE = "pay_codes"
"""Where these pictures come from, beside the channels (`Expected.expect`)."""


async def picture(work: Work, payment: Payment) -> Media:
    """Noted now, drawn after the commit; sealed under the payer's key."""
    media = Media(f"pay-{work.new_id()}", MediaKind.PHOTO, "payment-code.png", "image/png")
    await work.uow.media.expect(media, None, SOURCE, payment.id, payment.payer)
    return media


async def words(work: Work, handle: str) -> str:
    """What the code of this payment says. Raises `NotFound` when there is none to scan."""
    payment = await work.uow.payments.get(PaymentId(handle))
    code = payment.how.get("code_url")
    if not code:
        raise NotFound
    return str(code)

"""Who pays an SOS: the policy, else the organisation the person belongs to, else the centre's fund."""

from dataclasses import dataclass

from backoffice.money import ledger
from backoffice.money.accounts import Account


@dataclass(frozen=True, slots=True)
class Cover:
    """What is known of who stands behind a person: a policy's id, an organisation's code; "" for none."""

    policy: str = ""
    organisation: str = ""


def payer(cover: Cover) -> Account:
    """The one rule (business.md, Envoys); the traveller is never asked for money before help."""
    if cover.policy:
        return ledger.sponsor(f"policy:{cover.policy}")
    if cover.organisation:
        return ledger.sponsor(f"organisation:{cover.organisation}")
    return ledger.fund()

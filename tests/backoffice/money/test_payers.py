"""Who pays an SOS: one rule, in this order."""

import pytest

from backoffice.money import ledger
from backoffice.money.accounts import Account, AccountKind
from backoffice.money.payers import Cover, payer


@pytest.mark.parametrize(
    ("cover", "account"),
    [
        (Cover("P-7", "ACME"), Account(AccountKind.SPONSOR, "policy:P-7")),
        (Cover("P-7"), Account(AccountKind.SPONSOR, "policy:P-7")),
        (Cover(organisation="ACME"), Account(AccountKind.SPONSOR, "organisation:ACME")),
        (Cover(), ledger.fund()),
    ],
)
def test_the_policy_pays_before_the_organisation_and_the_fund_last(cover: Cover, account: Account) -> None:
    assert payer(cover) == account

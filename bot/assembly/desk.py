"""The desk's times and its translator, from settings."""

from datetime import timedelta

from backoffice.adapters.translator_http import HttpTranslator
from backoffice.cases.tasks import DeskRules
from config.settings import Desk, Translator


def rules(given: Desk) -> DeskRules:
    return DeskRules(
        report_high=timedelta(minutes=given.report_high_minutes),
        report_normal=timedelta(minutes=given.report_normal_minutes),
        report_low=timedelta(minutes=given.report_low_minutes),
        call_back=timedelta(minutes=given.call_back_minutes),
        call_again=timedelta(minutes=given.call_again_minutes),
        number=timedelta(minutes=given.number_minutes),
    )


def translator(given: Translator) -> HttpTranslator | None:
    """None unless an address is set."""
    key = given.key.get_secret_value() if given.key else ""
    return HttpTranslator(given.url, key) if given.url else None

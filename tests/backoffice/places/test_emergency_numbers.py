"""Emergency numbers: labelled only where the table says so, never guessed."""

import csv
from datetime import date
from importlib import resources

import phonenumbers
import pytest

from backoffice.places import emergency_numbers as numbers
from backoffice.places.emergency_numbers import Service

ROWS = list(
    csv.DictReader(
        resources.files("backoffice.places")
        .joinpath("data/emergency_numbers.csv")
        .read_text("utf-8")
        .splitlines()
    )
)
NOT_IN_LIBPHONENUMBER = {
    ("CN", "122"),
    ("TH", "1155"),
    ("MM", "191"),
    ("MM", "192"),
    ("RS", "192"),
    ("RS", "193"),
    ("RS", "194"),
}


def _said(country: str) -> dict[str, str]:
    return {n.service.value: n.number for n in numbers.numbers_for(country).labelled}


def test_the_numbers_a_traveller_in_china_is_told():
    assert _said("CN") == {"police": "110", "ambulance": "120", "fire": "119", "traffic": "122"}


def test_the_numbers_a_traveller_in_thailand_is_told():
    assert _said("TH") == {"police": "191", "ambulance": "1669", "fire": "199", "tourist_police": "1155"}


@pytest.mark.parametrize(("country", "number"), [("HK", "999"), ("US", "911"), ("DE", "112"), ("AU", "000")])
def test_one_number_for_everything_is_said_once(country, number):
    found = numbers.numbers_for(country)
    assert [(n.service, n.number) for n in found.labelled] == [(Service.GENERAL, number)]
    assert found.others == ()


def test_a_country_outside_the_table_gets_every_known_number_without_a_label():
    laos = numbers.numbers_for("LA")
    assert laos.labelled == ()
    assert laos.others == ("190", "191", "195")


def test_a_service_the_sources_disagree_about_is_not_labelled():
    saudi = numbers.numbers_for("SA")
    assert {n.service for n in saudi.labelled} == {Service.POLICE, Service.AMBULANCE}
    assert "911" in saudi.others
    assert not {n.number for n in saudi.labelled} & set(saudi.others)


@pytest.mark.parametrize("country", [None, "", "ZZ", "AQ"])
def test_where_nothing_is_known_no_number_is_said(country):
    found = numbers.numbers_for(country)
    assert (found.labelled, found.others) == ((), ())


@pytest.mark.parametrize("row", ROWS, ids=lambda r: f"{r['country']}-{r['number']}")
def test_every_row_has_a_source_a_date_and_a_second_opinion(row):
    assert row["source"]
    assert date.fromisoformat(row["checked"]) >= date(2026, 1, 1)
    assert row["number"].isdigit()
    listed = phonenumbers.is_emergency_number(row["number"], row["country"])
    assert listed or (row["country"], row["number"]) in NOT_IN_LIBPHONENUMBER


@pytest.mark.parametrize("country", ["LA", "UZ", "MG", "MA", "XK", "ER", "ET", "PE", "GA"])
def test_the_unlabelled_numbers_are_exactly_libphonenumbers(country):
    found = numbers.numbers_for(country).others
    assert found
    assert all(phonenumbers.is_emergency_number(n, country) for n in found)
    short = {str(n).zfill(size) for size in (2, 3, 4) for n in range(10**size)}
    assert {n for n in short if phonenumbers.is_emergency_number(n, country)} == {
        n for n in found if len(n) <= 4
    }

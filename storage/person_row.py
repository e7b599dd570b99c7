"""A person's row: whose key seals it, what it is bound to, and the profile as bytes."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from backoffice.kernel.ids import PersonId
from backoffice.people.model import EmergencyContact, Profile
from storage.vault import pack

_FIELDS = frozenset(f.name for f in dataclasses.fields(Profile))


def subject(person: PersonId) -> str:
    """The vault's subject of a person."""
    return f"person:{person}"


def profile_context(person: PersonId) -> str:
    """What a sealed value of this row is bound to."""
    return f"person|profile|{person}"


def write_profile(profile: Profile) -> bytes:
    """A profile as the bytes that are sealed; what is empty is left out."""
    return pack({k: v for k, v in dataclasses.asdict(profile).items() if v})


def read_profile(value: Mapping[str, Any]) -> Profile:
    """The inverse of `write_profile`, from its JSON."""
    found = {k: v for k, v in value.items() if k in _FIELDS}
    contacts = [EmergencyContact(**c) for c in found.pop("contacts", ())]
    return Profile(contacts=contacts, **found)

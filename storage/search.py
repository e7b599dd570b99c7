"""Words to search by as keyed tokens: what was said in a case, who asked for help, their number. No plain text.

A token is an HMAC of the folded word under the service's key and the kind, so equal words of two kinds differ.
"""

from collections.abc import Iterable, Sequence

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.kernel import words
from backoffice.people.model import Profile
from storage.centre_tables import search_word
from storage.conflict import insert_or_ignore
from storage.vault import Vault

TEXT, NAME, PHONE = "text", "name", "phone"
OF_PEOPLE = (NAME, PHONE)
SHORTEST_NUMBER = 4
"""A number is found by its last digits, as many as are typed and at least so many."""

_PUT = insert_or_ignore(search_word, list(search_word.primary_key.columns))
_FORGET = sa.delete(search_word).where(
    search_word.c.subject == sa.bindparam("of"), search_word.c.kind.in_(OF_PEOPLE)
)
_WITH = (
    sa.select(search_word.c.subject)
    .where(
        search_word.c.kind == sa.bindparam("of_kind"),
        search_word.c.token.in_(sa.bindparam("given", expanding=True)),
    )
    .group_by(search_word.c.subject)
    .having(sa.func.count() == sa.bindparam("all_of"))
)


async def note_text(conn: AsyncConnection, vault: Vault, case: str, text: str) -> None:
    """Something was said in a case."""
    await _put(conn, [(TEXT, token) for token in _tokens(vault, TEXT, words.of(text))], case)


async def note_person(conn: AsyncConnection, vault: Vault, person: str, profile: Profile) -> None:
    """How somebody is found from now on; what they were found by before is to be forgotten first."""
    found = [(NAME, t) for t in _tokens(vault, NAME, words.of(f"{profile.name} {profile.call_me}"))]
    found += [(PHONE, t) for t in _tokens(vault, PHONE, numbers(profile.phone))]
    await _put(conn, found, person)


async def note_names(conn: AsyncConnection, vault: Vault, named: Iterable[tuple[str, str]]) -> None:
    """How people who are new (id, name) are found, in one statement."""
    rows = [
        {"token": token, "kind": NAME, "subject": person}
        for person, name in named
        for token in _tokens(vault, NAME, words.of(name))
    ]
    if rows:
        await conn.execute(_PUT.on(conn), rows)


async def forget_person(conn: AsyncConnection, person: str) -> None:
    await conn.execute(_FORGET, {"of": person})


def numbers(phone: str) -> frozenset[str]:
    """What a number is found by: its last four digits, its last five, … and the whole of it."""
    found = words.digits(phone)
    return frozenset(found[-n:] for n in range(SHORTEST_NUMBER, len(found) + 1))


async def cases_saying(conn: AsyncConnection, vault: Vault, text: str) -> Sequence[str]:
    """Cases in which all words of `text` were said."""
    return await _having(conn, TEXT, _tokens(vault, TEXT, words.asked(text)))


async def people_called(conn: AsyncConnection, vault: Vault, text: str) -> Sequence[str]:
    return await _having(conn, NAME, _tokens(vault, NAME, words.asked(text)))


async def people_at(conn: AsyncConnection, vault: Vault, phone: str) -> Sequence[str]:
    """Whose number ends so. The zeros of an exchange or of a country in front are not part of it."""
    typed = words.digits(phone).lstrip("0")
    return await _having(conn, PHONE, _tokens(vault, PHONE, [typed])) if typed else ()


def _tokens(vault: Vault, kind: str, found: Iterable[str]) -> list[str]:
    return sorted(vault.token(f"search_{kind}", word) for word in found)


async def _put(conn: AsyncConnection, found: Sequence[tuple[str, str]], subject: str) -> None:
    rows = [{"token": token, "kind": kind, "subject": subject} for kind, token in found]
    if rows:
        await conn.execute(_PUT.on(conn), rows)


async def _having(conn: AsyncConnection, kind: str, tokens: Sequence[str]) -> Sequence[str]:
    if not tokens:
        return ()
    given = {"of_kind": kind, "given": list(tokens), "all_of": len(tokens)}
    return [str(s) for s in (await conn.execute(_WITH, given)).scalars()]

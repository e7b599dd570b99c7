"""What is sealed opens only where it was sealed, with a key that can be destroyed."""

import os
from pathlib import Path

import pytest
import sqlalchemy as sa

from storage import vault as vaults
from storage.engine import Database
from storage.tables import vault_key
from storage.vault import KeyDestroyed, Tampered, Vault, WrongMaster
from tests.conftest import MASTER

SUBJECT, CONTEXT = "case:1", "case_entry|body|7"


async def _sealed(database: Database, vault: Vault, plain: bytes = b"passport E12345678") -> bytes:
    async with database.writing() as conn:
        blob = await vault.seal(conn, SUBJECT, CONTEXT, plain)
        await conn.commit()
        return blob


async def test_what_was_sealed_opens_again_after_a_restart(database: Database, vault: Vault) -> None:
    blob = await _sealed(database, vault)
    async with database.reading() as conn:
        assert await Vault(MASTER, os.urandom).open(conn, SUBJECT, CONTEXT, blob) == b"passport E12345678"


async def test_the_same_words_never_look_the_same(database: Database, vault: Vault) -> None:
    first, second = await _sealed(database, vault), await _sealed(database, vault)
    assert first != second
    assert b"passport" not in first + second


@pytest.mark.parametrize(
    ("subject", "context"), [(SUBJECT, "case_entry|body|8"), (SUBJECT, "case_entry|place|7")]
)
async def test_words_moved_to_another_row_or_column_are_refused(
    database: Database, vault: Vault, subject: str, context: str
) -> None:
    blob = await _sealed(database, vault)
    async with database.reading() as conn:
        with pytest.raises(Tampered):
            await vault.open(conn, subject, context, blob)


async def test_words_moved_to_another_case_are_refused(database: Database, vault: Vault) -> None:
    blob = await _sealed(database, vault)
    async with database.writing() as conn:
        await vault.key(conn, "case:2")
        with pytest.raises(KeyDestroyed):
            await vault.open(conn, "case:2", CONTEXT, blob)


async def test_a_changed_bit_is_noticed(database: Database, vault: Vault) -> None:
    blob = bytearray(await _sealed(database, vault))
    blob[-1] ^= 1
    async with database.reading() as conn:
        with pytest.raises(Tampered):
            await vault.open(conn, SUBJECT, CONTEXT, bytes(blob))


async def test_a_blob_names_its_key(database: Database, vault: Vault) -> None:
    """So that keys can be changed one by one while old content stays readable."""
    blob = await _sealed(database, vault)
    async with database.reading() as conn:
        assert (await conn.execute(sa.select(vault_key.c.id))).scalar_one() == vaults.key_id_of(blob)


async def test_after_its_key_is_destroyed_nothing_opens(database: Database, vault: Vault) -> None:
    blob = await _sealed(database, vault)
    async with database.writing() as conn:
        await vault.destroy(conn, SUBJECT)
        await conn.commit()
    async with database.reading() as conn:
        for reader in (vault, Vault(MASTER, os.urandom)):
            with pytest.raises(KeyDestroyed):
                await reader.open(conn, SUBJECT, CONTEXT, blob)


async def test_a_destroyed_subject_may_begin_anew(database: Database, vault: Vault) -> None:
    """Who erased their profile and writes again gets a new key, which opens nothing old."""
    old = await _sealed(database, vault)
    async with database.writing() as conn:
        await vault.destroy(conn, SUBJECT)
        new = await vault.seal(conn, SUBJECT, CONTEXT, b"new")
        await conn.commit()
    async with database.reading() as conn:
        assert await vault.open(conn, SUBJECT, CONTEXT, new) == b"new"
        with pytest.raises(KeyDestroyed):
            await vault.open(conn, SUBJECT, CONTEXT, old)


async def test_a_key_that_was_rolled_back_seals_nothing_later(database: Database, vault: Vault) -> None:
    """Else the next turn would seal with a key nobody has."""
    async with database.writing() as conn:
        await vault.seal(conn, SUBJECT, CONTEXT, b"undone")
        await conn.rollback()
    blob = await _sealed(database, vault)
    async with database.reading() as conn:
        fresh = Vault(MASTER, os.urandom)
        assert await fresh.open(conn, SUBJECT, CONTEXT, blob) == b"passport E12345678"


async def test_a_key_destroyed_by_another_process_seals_nothing_later(
    database: Database, vault: Vault
) -> None:
    await _sealed(database, vault)
    async with database.writing() as conn:
        await Vault(MASTER, os.urandom).destroy(conn, SUBJECT)
        await conn.commit()
    blob = await _sealed(database, vault)
    async with database.reading() as conn:
        assert await Vault(MASTER, os.urandom).open(conn, SUBJECT, CONTEXT, blob) == b"passport E12345678"


async def test_two_processes_that_need_the_same_new_key_get_the_same(
    database: Database, vault: Vault
) -> None:
    other = Vault(MASTER, os.urandom)
    first = await _sealed(database, vault)
    second = await _sealed(database, other)
    assert vaults.key_id_of(first) == vaults.key_id_of(second)


async def test_another_key_file_is_noticed_before_anything_is_sealed(
    database: Database, vault: Vault
) -> None:
    await _sealed(database, vault)
    async with database.reading() as conn:
        await vault.check(conn)
        with pytest.raises(WrongMaster):
            await Vault(bytes(32), os.urandom).check(conn)


async def test_a_wrapped_key_moved_to_another_subject_is_refused(database: Database, vault: Vault) -> None:
    """Who can write the database cannot hand one case's key to another."""
    await _sealed(database, vault)
    async with database.writing() as conn:
        await conn.execute(sa.update(vault_key).values(subject="case:2"))
        with pytest.raises(Tampered):
            await Vault(MASTER, os.urandom).key(conn, "case:2")


def test_look_ups_use_a_keyed_token(vault: Vault) -> None:
    """The same value gives the same token, another kind or key another, and never the value's plain hash."""
    token = vault.token("phone", "+8613912345678")
    assert token == vault.token("phone", "+8613912345678")
    assert token != vault.token("document", "+8613912345678")
    assert token != Vault(bytes(32), os.urandom).token("phone", "+8613912345678")


def test_the_key_file_is_made_once_and_only_for_its_owner(tmp_path: Path) -> None:
    made = vaults.load_master(None, tmp_path, may_generate=True)
    assert len(made) == 32
    assert (tmp_path / "master.key").stat().st_mode & 0o777 == 0o600
    assert vaults.load_master(None, tmp_path, may_generate=False) == made


def test_a_missing_key_file_is_not_made_where_one_was_named(tmp_path: Path) -> None:
    with pytest.raises(WrongMaster, match="no key file"):
        vaults.load_master(tmp_path / "key", tmp_path, may_generate=True)


def test_a_key_file_others_may_read_is_refused(tmp_path: Path) -> None:
    vaults.load_master(None, tmp_path, may_generate=True)
    (tmp_path / "master.key").chmod(0o644)
    with pytest.raises(WrongMaster, match="chmod 600"):
        vaults.load_master(None, tmp_path, may_generate=False)


@pytest.mark.parametrize("body", [b"", b"short", b"\xff" * 44, b"A" * 1000])
def test_a_broken_key_file_is_refused(tmp_path: Path, body: bytes) -> None:
    (tmp_path / "key").write_bytes(body)
    (tmp_path / "key").chmod(0o600)
    with pytest.raises(WrongMaster, match="32 bytes"):
        vaults.load_master(tmp_path / "key", tmp_path, may_generate=False)

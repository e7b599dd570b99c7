"""Letters that carry a family's link: once they are with their reader, the link is in no row of ours.

Of a token only its hash is kept (`follow_link`). Until a letter has gone its words must hold the token, sealed; what
staff read of it, and what stays afterwards, has the token taken out.
"""

import json
import re
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from storage import letter_row
from storage.vault import KeyDestroyed, Vault

TAG = "link:"
"""How the tags of such letters begin (`NewLetter.tag`)."""
_TOKEN = re.compile(r"(/follow/|start=f_)[A-Za-z0-9_-]{43}")


def is_one(tag: str) -> bool:
    return tag.startswith(TAG)


def masked(words: str) -> str:
    """The words without any token."""
    return _TOKEN.sub(r"\1…", words)


def masked_json(message: Any) -> Any:
    """The same for a message as it is stored."""
    return json.loads(masked(json.dumps(message, ensure_ascii=False)))


async def after(conn: AsyncConnection, vault: Vault, row: Any) -> dict[str, bytes]:
    """The sealed message of a letter that has come to its end, without its tokens."""
    if not is_one(row.tag):
        return {}
    subject, context = letter_row.subject(row.person, row.case_id), letter_row.message_context(row.id)
    try:
        plain = await vault.open(conn, subject, context, row.message)
    except KeyDestroyed:
        return {}
    return {"message": await vault.seal(conn, subject, context, masked(plain.decode()).encode())}

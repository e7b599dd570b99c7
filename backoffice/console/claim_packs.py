"""The pack of a claim for its insurer: an index, papers as they were drawn anew, the timeline, hashes."""

import asyncio
from typing import Any

from aiohttp import web

from backoffice.claims.claim import ClaimId
from backoffice.claims.evidence import Paper, PaperState
from backoffice.console import auth, claim_zip, claims, money_words, security, trail, view
from backoffice.console.actions import form_of, text_of
from backoffice.console.claim_zip import Sheet
from backoffice.console.deps import DEPS, ConsoleDeps
from backoffice.insurance import model as insurance
from backoffice.workflows import claim_desk


async def download(request: web.Request) -> web.Response:
    """With a reason, which the trail keeps."""
    claim = ClaimId(request.match_info["claim"])
    reason = text_of(await form_of(request), "reason")
    await trail.write(request, "claim.pack", f"claim:{claim} {reason}"[:256])
    return await made(request, await claims.read(request.config_dict[DEPS], claim))


async def made(request: web.Request, page: claim_desk.Page) -> web.Response:
    """The zip. Originals stay here: what strangers sent leaves only as a picture of it."""
    deps, claim = request.config_dict[DEPS], page.found.claim
    shown = [p for p in page.found.papers if p.state is not PaperState.DROPPED]
    named = {
        paper.id: f"papers/{number:02d}-{_plain(paper.name)}.jpg" for number, paper in enumerate(shown, 1)
    }
    sheets = [Sheet(named[paper.id], body) for paper in shown if (body := await _drawn(deps, paper))]
    there = {sheet.name for sheet in sheets}
    locale = view.catalogue(request).locale
    context: dict[str, Any] = {
        "v": page,
        "claim": claim,
        "papers": [(paper, named[paper.id] if named[paper.id] in there else "") for paper in shown],
        "money": money_words.said,
        "words": lambda texts: insurance.text(texts, locale),
        "by": request[auth.SIGN_IN].operator.name,
    }
    index = view.piece(request, "claim_pack.html", **context)
    body = await asyncio.to_thread(claim_zip.build, index, sheets, deps.clock.now())
    headers = {
        "Content-Disposition": f'attachment; filename="claim-{claim.ref}.zip"',
        "Content-Security-Policy": security.SANDBOX,
        "Cache-Control": "no-store",
    }
    return web.Response(body=body, content_type="application/zip", headers=headers)


async def _drawn(deps: ConsoleDeps, paper: Paper) -> bytes:
    return await deps.media.get(paper.view) if paper.view is not None else b""


def _plain(name: str) -> str:
    """The policy's own word for a paper, fit for a file's name."""
    return (
        "".join(sign for sign in name if sign.isascii() and (sign.isalnum() or sign in "_-"))[:40] or "paper"
    )

"""The families' page over the running service."""

from aiohttp import web

from backoffice.console import files
from backoffice.follow import app as follow
from backoffice.follow.deps import FollowDeps
from bot.assembly.core import Core
from bot.assembly.service import CaseActions
from bot.assembly.words import PlainWords
from storage.follow_view import SqlFollowReads


def mounted(core: Core) -> web.Application:
    """The sub-application of one process."""
    return follow.build(deps(core))


def deps(core: Core) -> FollowDeps:
    settings = core.settings
    return FollowDeps(
        reads=SqlFollowReads(core.database, core.vault),
        actions=CaseActions(core),
        places=core.world.places,
        words=PlainWords(core.speech),
        bus=core.bus,
        clock=core.clock,
        phones=settings.centre.phones,
        public_url=settings.public_url,
        outlines=files.STATIC / "outlines.json",
        locale=settings.default_locale,
        trusted_proxies=settings.http.trusted_proxies,
    )

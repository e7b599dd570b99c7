"""The readable terms of a product's edition: every clause, item and price, public, without a script."""

import secrets
from collections.abc import Callable
from functools import cache
from importlib import resources
from typing import Final

import yaml
from aiohttp import web
from markupsafe import Markup

from backoffice import ports
from backoffice.insurance import sports
from backoffice.insurance.model import Item, Product, Way, text
from backoffice.kernel.clock import Clock
from backoffice.kernel.errors import NotFound

PATH: Final = "/terms/{code:[A-Za-z0-9_-]{1,64}}/{edition:[0-9]{1,6}}"
_STYLE: Final = (
    "body{font:1rem/1.6 system-ui,PingFang SC,Noto Sans CJK SC,sans-serif;margin:0 auto;max-width:46rem;"
    "padding:1.5rem 1.25rem;color:#1c1e21;background:#fff}h1{font-size:1.5rem;margin:.2em 0}h2{font-size:1.15rem;"
    "margin-top:2em}table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;"
    "padding:.4rem .6rem .4rem 0;border-bottom:1px solid #d6d8db}td.n,th.n{text-align:right;"
    "font-variant-numeric:tabular-nums}dt{float:left;width:3rem;font-variant-numeric:tabular-nums;color:#5f6368}"
    "dd{margin:0 0 .6rem 3.4rem}.q{color:#5f6368}@media(prefers-color-scheme:dark){body{background:#16181a;"
    "color:#e8eaed}.q,dt{color:#9aa0a6}th,td{border-color:#3c4043}a{color:#8ab4f8}}"
)


_PAGE: Final = (
    '<!doctype html><html lang="{lang}"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width,initial-scale=1"><title>{title}</title>'
    '<style nonce="{nonce}">{style}</style></head><body><main>{body}</main></body></html>'
)
Say = Callable[..., str]


@cache
def _words() -> dict[str, dict[str, str]]:
    file = resources.files("backoffice.insurance.data").joinpath("terms_page.yaml")
    found: dict[str, dict[str, str]] = yaml.safe_load(file.read_text("utf-8"))
    return found


class TermsPage:
    """One page per edition, in Chinese or English (`?lang=en`), else by what the browser asks for."""

    def __init__(self, store: ports.Store, clock: Clock) -> None:
        self._store, self._clock = store, clock

    def routes(self) -> list[web.RouteDef]:
        return [web.get(PATH, self.show)]

    async def show(self, request: web.Request) -> web.Response:
        code, edition = request.match_info["code"], int(request.match_info["edition"])
        async with self._store.begin(self._clock.now()) as uow:
            try:
                product = await uow.products.get(code, edition)
            except NotFound:
                raise web.HTTPNotFound from None
        nonce = secrets.token_urlsafe(16)
        page = html(product, _language(request), nonce)
        headers = {
            "Content-Security-Policy": f"default-src 'none'; style-src 'nonce-{nonce}'; frame-ancestors 'none'",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-cache",
            "Vary": "Accept-Language",
        }
        return web.Response(text=page, content_type="text/html", headers=headers)


def _language(request: web.Request) -> str:
    wanted = request.query.get("lang", "")
    if wanted in ("en", "zh_Hans"):
        return wanted
    first = request.headers.get("Accept-Language", "zh")[:2].lower()
    return "zh_Hans" if first == "zh" else "en"


def html(product: Product, locale: str, nonce: str) -> str:
    """The whole page."""
    words = _words()[locale]

    def say(key: str, **given: object) -> str:
        return words[key].format(cur=product.currency, **given)

    other = "en" if locale == "zh_Hans" else "zh_Hans"
    parts = [
        Markup('<p><a href="?lang={}" lang="{}">{}</a></p>').format(
            other, other.replace("_", "-"), say("other")
        ),
        Markup("<h1>{}</h1>").format(text(product.names, locale)),
        Markup('<p class="q">{} · {}</p><p>{}</p>').format(
            f"{product.code}",
            say("edition", n=product.edition, since=product.since),
            text(product.summary, locale),
        ),
        Markup("<p>{}</p>").format(say("cooling", n=product.cooling_days, p=product.before_start_percent)),
        _items(product, locale, say),
        _clauses(product, locale, say),
        _prices(product, say),
        Markup("<h2>{}</h2><p>{}</p>").format(
            say("sports"),
            (", " if locale == "en" else "、").join(sports.name(id_, locale) for id_ in product.sports),
        ),
    ]
    page = Markup(_PAGE).format(  # noqa: S704 (a constant of ours)
        lang=locale.replace("_", "-"),
        title=text(product.names, locale),
        nonce=nonce,
        style=_STYLE,
        body=Markup("").join(parts),
    )
    return str(page)


def _items(product: Product, locale: str, say: Say) -> Markup:
    heads = Markup(
        '<tr><th></th><th>{}</th><th class="n">{}</th><th class="n">{}</th><th>{}</th><th>{}</th></tr>'
    ).format(say("item"), say("limit"), say("excess"), say("how"), say("papers"))
    rows = Markup("").join(
        Markup(
            '<tr><td>{}</td><td>{}</td><td class="n">{:,}</td><td class="n">{}</td><td>{}</td><td>{}</td></tr>'
        ).format(
            item.clause,
            text(item.names, locale),
            product.money(item.limit).amount,
            f"{product.money(item.excess).amount:,}" if item.excess else "–",
            _how(product, item, say),
            (", " if locale == "en" else "、").join(
                text(product.papers.get(p, {}), locale) for p in item.papers
            ),
        )
        for item in product.items
    )
    return Markup("<h2>{}</h2><table>{}{}</table>").format(say("items"), heads, rows)


def _how(product: Product, item: Item, say: Say) -> str:
    if item.way is Way.LUMP:
        return say("lump")
    sum_ = product.money(item.sum).amount
    if item.way is Way.DAILY:
        return say("daily", sum=sum_, n=item.after_days + 1)
    if item.way is Way.DELAY:
        return say("delay", sum=sum_, n=item.every)
    told = [say("share", n=item.share)] if item.share != 100 else []
    if item.per_article:
        told.append(say("article", sum=product.money(item.per_article).amount))
    if item.risky_limit:
        told.append(say("risky_limit", sum=product.money(item.risky_limit).amount))
    return "; ".join(told)


def _clauses(product: Product, locale: str, say: Say) -> Markup:
    rows = Markup("").join(
        Markup('<dt id="c{}">{}</dt><dd>{}</dd>').format(c.number, c.number, text(c.words, locale))
        for c in product.clauses
    )
    return Markup("<h2>{}</h2><dl>{}</dl>").format(say("clauses"), rows)


def _prices(product: Product, say: Say) -> Markup:
    prices = product.prices
    rows = [(say("days", n=band.days), product.money(band.price).amount) for band in prices.bands]
    rows.append((say("extra"), product.money(prices.extra_day).amount))
    more = [
        (
            say("region"),
            [(say(r.id) if r.id in _words()["en"] else r.id, r.percent) for r in prices.regions],
        ),
        (say("age"), [(say("years", a=a.least, b=a.most), a.percent) for a in prices.ages]),
        (say("risky"), [(say("grade", n=n), percent) for n, percent in sorted(prices.risky.items())]),
    ]
    table = Markup("").join(
        Markup('<tr><td>{}</td><td class="n">{:,}</td></tr>').format(*row) for row in rows
    )
    shares = Markup("").join(
        Markup('<tr><td>{} · {}</td><td class="n">× {} %</td></tr>').format(name, each, percent)
        for name, parts in more
        for each, percent in parts
    )
    return Markup("<h2>{}</h2><table>{}{}</table>").format(say("price"), table, shares)

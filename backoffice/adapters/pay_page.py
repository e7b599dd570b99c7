"""The page a traveller pays on inside WeChat: the sum, one button, nothing else; it works only with WeChat's bridge."""

import json
import secrets
from collections.abc import Mapping
from typing import Any, Final, Protocol

from aiohttp import web
from markupsafe import escape

from backoffice import ports
from backoffice.adapters import qr
from backoffice.kernel.clock import Clock
from backoffice.kernel.messages import Message
from backoffice.money.model import Payment
from backoffice.workflows import payment_words

PATH: Final = "/pay/{token:[0-9a-f]{32}}"
_BRIDGE: Final = ("appId", "timeStamp", "nonceStr", "package", "signType", "paySign")

_PAGE: Final = """<!doctype html><html lang="{lang}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex">
<title>{title}</title><style nonce="{nonce}">
body{{font:1.1rem/1.5 system-ui,sans-serif;margin:0;padding:2rem 1.25rem;color:#1d2320;background:#fff}}
button{{font:inherit;min-height:3rem;width:100%;border:0;border-radius:.5rem;background:#0a7d48;color:#fff}}
button:focus-visible{{outline:3px solid #1d2320;outline-offset:2px}}
.code svg{{display:block;width:min(100%,20rem);height:auto;margin:0 auto}}
</style></head><body><main><p role="status">{state}</p>{action}</main>{script}</body></html>"""

_SCRIPT: Final = """<script nonce="{nonce}">
const how = {how};
const button = document.querySelector("button"), hint = document.querySelector("#hint");
function ready() {{ hint.hidden = true; button.hidden = false; }}
button.addEventListener("click", () => {{
  button.disabled = true;
  WeixinJSBridge.invoke("getBrandWCPayRequest", how, () => location.reload());
}});
if (window.WeixinJSBridge) ready(); else document.addEventListener("WeixinJSBridgeReady", ready);
</script>"""


class Payable(Protocol):
    """Where payments are looked up by their link."""

    async def by_token(self, token: str) -> tuple[Payment, str, str] | None: ...


class PayPage:
    """One page per payment, known to who has the link; only the payer's own WeChat can pay there."""

    def __init__(self, found: Payable, words: ports.Words, clock: Clock) -> None:
        self._found, self._words, self._clock = found, words, clock

    def routes(self) -> list[web.RouteDef]:
        return [web.get(PATH, self.show)]

    async def show(self, request: web.Request) -> web.Response:
        found = await self._found.by_token(request.match_info["token"])
        if found is None:
            raise web.HTTPNotFound
        nonce = secrets.token_urlsafe(16)
        return web.Response(text=self._html(*found, nonce), content_type="text/html", headers=_headers(nonce))

    def _html(self, payment: Payment, locale: str, zone: str, nonce: str) -> str:
        def say(message: Message) -> str:
            return str(escape(self._words.text(message, locale, zone)))

        now = self._clock.now()
        button, hint = payment_words.page_hints()
        due = payment_words.payable(payment, now)
        open_ = due and bool(payment.how.get("package"))
        action = f'<p id="hint">{say(hint)}</p><button hidden>{say(button)}</button>' if open_ else ""
        if due and payment.how.get("code_url"):
            code = qr.svg(str(payment.how["code_url"]))
            action = f'<p>{say(payment_words.page_scan())}</p><div class="code">{code}</div>'
        return _PAGE.format(
            lang=locale.replace("_", "-"),
            title=say(payment_words.title(payment)),
            nonce=nonce,
            state=say(payment_words.page(payment, now, zone)),
            action=action,
            script=_SCRIPT.format(nonce=nonce, how=_json(payment.how)) if open_ else "",
        )


def _json(how: Mapping[str, Any]) -> str:
    """What the bridge needs and no more; nothing in it can end the script."""
    return json.dumps({name: str(how[name]) for name in _BRIDGE}).replace("<", "\\u003c")


def _headers(nonce: str) -> dict[str, str]:
    policy = (
        f"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return {"Content-Security-Policy": policy, "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}

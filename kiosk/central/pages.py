"""The centre's public pages: check a certificate, check a slip. Plain HTML, three languages side by side."""

from __future__ import annotations

import base64
import binascii
import html
import json
from collections.abc import Iterable
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from kiosk.central.certificates import grouped
from kiosk.central.models import Certificate, Transaction

_STYLE = """
:root{color-scheme:light}body{margin:0;background:#f3f6f8;color:#17212b;
font:18px/1.7 "Noto Sans CJK SC","Noto Sans SC",system-ui,sans-serif}
main{max-width:44rem;margin:6vh auto;background:#fff;border:1px solid #d5dde3;border-radius:14px;padding:2.4rem}
h1{font-size:1.7rem;margin:0 0 .4rem;line-height:1.35}p{margin:.4rem 0}.soft{color:#55636f;font-size:.95rem}
dl{display:grid;grid-template-columns:auto 1fr;gap:.4rem 1.2rem;margin:1.4rem 0}
dt{color:#55636f}dd{margin:0;font-weight:600}
.ok h1{color:#12714a}.bad h1{color:#b3261e}.wait h1{color:#8a5a00}
form{display:flex;gap:.6rem;margin-top:1rem}
input{font:inherit;flex:1;padding:.6rem .8rem;border:2px solid #8a97a1;border-radius:8px}
button{font:inherit;padding:.6rem 1.4rem;border:0;border-radius:8px;background:#0b5c7a;color:#fff}
"""


def page(title: str, body: str, tone: str = "") -> str:
    """A whole page. `title` and `body` are HTML already."""
    return (
        '<!doctype html><html lang="zh-Hans"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>{_STYLE}</style><main class={tone or 'plain'!r}><h1>{title}</h1>{body}</main>"
    )


def home() -> str:
    """The centre's front page."""
    body = (
        "<p>政务服务参考中心（演示）。样本人物与印章均为演示，不具法律效力。</p>"
        '<p class="soft">政務服務參考中心（演示）。 Reference centre of the Doorstep terminals; sample people only.</p>'
        + _form("")
        + '<p class="soft"><a href="/openapi.json">openapi.json</a></p>'
    )
    return page("家门口 · 查验证明", body)


def certificate_page(certificate: Certificate | None, code: str) -> tuple[int, str]:
    """What anyone may know of a certificate: that it was issued, to whom (masked), when, how many pages."""
    if certificate is None:
        body = (
            "<p>没有查到这个验证码。请对照证明逐字核对后再试。</p>"
            '<p class="soft">查無此驗證碼，請逐字核對。 No certificate has this code; compare each character.</p>'
        )
        return 404, page("查不到这份证明", body + _form(code), "bad")
    rows = {
        "证明 Certificate": certificate.title,
        "持有人 Holder": certificate.masked_name,
        "编号 Serial": certificate.serial,
        "验证码 Code": grouped(certificate.code),
        "出具时间 Issued": f"{certificate.issued_at:%Y-%m-%d %H:%M}",
        "页数 Pages": str(certificate.pages),
        "终端 Terminal": certificate.terminal,
    }
    body = _rows(rows) + (
        "<p>请与手中的纸质证明逐项核对。本证明为演示样张，不具法律效力。</p>"
        '<p class="soft">請與紙本逐項核對。 Compare each line with the paper. Demonstration only.</p>'
    )
    return 200, page("证明真实有效（演示）", body, "ok")


@dataclass(frozen=True)
class Slip:
    """The content of a slip's QR code."""

    terminal: str
    local_number: str
    service: str
    accepted_at: str
    payload_hash: str
    signed: bytes
    signature: bytes


def read_slip(text: str) -> Slip | None:
    """Parse DS1.<content>.<signature>; None when it is not one."""
    parts = text.split(".")
    if len(parts) != 3 or parts[0] != "DS1":
        return None
    try:
        content = json.loads(_unpack(parts[1]))
        terminal, number, service, at, payload = (str(content[name]) for name in "tnsah")
        signature = _unpack(parts[2])
    except (ValueError, KeyError, TypeError, binascii.Error):
        return None
    return Slip(terminal, number, service, at, payload, f"DS1.{parts[1]}".encode(), signature)


def signature_holds(slip: Slip, keys: Iterable[str]) -> bool:
    """Whether one of the keys that the terminal has had (base64url) signed the slip."""
    return any(_signed_by(slip, key) for key in keys)


def _signed_by(slip: Slip, key: str) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(_unpack(key)).verify(slip.signature, slip.signed)
    except (InvalidSignature, ValueError):
        return False
    return True


def slip_page(slip: Slip | None, genuine: bool, case: Transaction | None, given_up: bool = False) -> tuple[int, str]:
    """Whether a slip is ours, and whether the office has its case, or the terminal has given it up (`given_up`)."""
    if slip is None or not genuine:
        body = (
            "<p>这不是本市终端出具的凭条，或已被改动。</p>"
            '<p class="soft">並非本市終端所發，或已被改動。 Not a slip of our terminals, or it was altered.</p>'
        )
        return 404, page("凭条无法核实", body, "bad")
    rows = {"本机流水号 Number": slip.local_number, "终端 Terminal": slip.terminal, "时间 Time": slip.accepted_at}
    if case is None and given_up:
        body = _rows(rows) + (
            "<p>凭条是真的，但<b>这份申请没有受理，已经退回</b>。请带证件再办一次，或致电12345。</p>"
            '<p class="soft">憑條為真，但申請未受理，已退回，請再辦一次。 '
            "Genuine, but not accepted: it was returned. Please apply again, or call 12345.</p>"
        )
        return 200, page("已退回", body, "bad")
    if case is None:
        body = _rows(rows) + (
            "<p>凭条是真的。<b>材料还没有到达受理部门</b>，线路恢复后终端会自动送出。</p>"
            '<p class="soft">憑條為真，材料尚未送達。 Genuine; the office has not received it yet.</p>'
        )
        return 200, page("尚未受理", body, "wait")
    rows |= {"办件编号 Case": case.case_number, "状态 State": case.state}
    return 200, page("已送达受理部门", _rows(rows) + '<p class="soft">已送達。 The office has received it.</p>', "ok")


def _rows(rows: dict[str, str]) -> str:
    return "<dl>" + "".join(f"<dt>{html.escape(k)}</dt><dd>{html.escape(v)}</dd>" for k, v in rows.items()) + "</dl>"


def _form(code: str) -> str:
    return (
        '<form action="/verify" method="get"><input name="code" aria-label="验证码 Verification code" '
        f'placeholder="验证码，例如 ABCD-EFGH-JKLM" value="{html.escape(code[:40])}" autocomplete="off">'
        "<button>查验</button></form>"
    )


def _unpack(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))

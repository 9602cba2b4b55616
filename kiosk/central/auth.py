"""Which terminal asks. Tokens are random and kept as hashes only.

Not responsible for people: kiosk.central.codes.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import tomllib
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy.orm import Session

from kiosk.central.models import Terminal
from kiosk.central.refusals import Refusal

ID_LENGTH, TOKEN_LENGTH = 40, 16


class BadTerminals(Exception):
    """A file of terminals, or a terminal's id, cannot be used; the message says why in one line."""


def enrol(session: Session, terminal_id: str) -> str:
    """Enrol a terminal; returns its new token, which replaces an earlier one. Raises BadTerminals."""
    token = secrets.token_urlsafe(32)
    register(session, terminal_id, token)
    return token


def register(session: Session, terminal_id: str, token: str) -> None:
    """Let a terminal in with this token. Raises BadTerminals."""
    if not _is_id(terminal_id):
        raise BadTerminals(f"a terminal's id has 1 to {ID_LENGTH} visible ASCII characters and no colon")
    terminal = session.get(Terminal, terminal_id)
    if terminal is None:
        session.add(Terminal(id=terminal_id, token_hash=token_hash(token)))
    else:
        terminal.token_hash = token_hash(token)


def register_file(session: Session, path: Path) -> int:
    """Register every `id = "token"` under [terminals] of a TOML or JSON file; returns how many."""
    tokens = _read(path)
    for terminal_id, token in tokens.items():
        if not isinstance(token, str) or len(token) < TOKEN_LENGTH:
            raise BadTerminals(f"{path}: the token of {terminal_id} needs at least {TOKEN_LENGTH} characters")
        register(session, terminal_id, token)
    return len(tokens)


def authenticate(session: Session, authorization: str) -> str:
    """The id of the terminal behind an Authorization header; Refusal 401."""
    scheme, _, credentials = authorization.partition(" ")
    terminal_id, _, token = credentials.partition(":")
    terminal = session.get(Terminal, terminal_id) if scheme == "Terminal" and _is_id(terminal_id) else None
    known = terminal.token_hash if terminal is not None else token_hash("")
    if not hmac.compare_digest(known, token_hash(token)) or terminal is None:
        raise Refusal(401, "unknown_terminal", {"WWW-Authenticate": "Terminal"})
    return terminal.id


def token_hash(token: str) -> str:
    """Tokens are long and random: a plain hash of one tells nothing."""
    return hashlib.sha256(token.encode()).hexdigest()


def _is_id(text: str) -> bool:
    return 1 <= len(text) <= ID_LENGTH and text.isascii() and text.isprintable() and not set(text) & {" ", ":", "/"}


def _read(path: Path) -> Mapping[str, object]:
    try:
        text = path.read_text(encoding="utf-8")
        content = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    except (OSError, ValueError) as error:
        raise BadTerminals(f"{path} cannot be read: {error}") from error
    tokens = content.get("terminals") if isinstance(content, dict) else None
    if not isinstance(tokens, dict):
        raise BadTerminals(f"{path} has no table [terminals] of ids and tokens")
    return tokens

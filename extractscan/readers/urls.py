"""Inputs that are named by URL: what they are, and how they may be shown."""

from __future__ import annotations

from typing import Final
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

POSTGRESQL: Final = "postgresql"
DATABASES: Final = ("postgresql://", "postgres://")
_SECRET: Final = ("pass", "secret", "token", "sig", "key")
"""What the names of secret parameters hold."""


def is_database(path: str) -> bool:
    """Say whether a path names a database server."""
    return path.startswith(DATABASES)


def shown(url: str) -> str:
    """Give a URL without its password and without secret parameters."""
    parts = urlsplit(url)
    user = parts.netloc.rpartition("@")[0].partition(":")[0]
    query = urlencode([pair for pair in parse_qsl(parts.query) if not _is_secret(pair[0])])
    place = parts.netloc.rpartition("@")[2]
    scheme = POSTGRESQL if is_database(url) else parts.scheme
    return f"{scheme}://{user}{'@' if user else ''}{place}{parts.path}{'?' if query else ''}{query}"


def writable(path: str) -> str:
    """Give the name of any input as it may be written down."""
    return shown(path) if is_database(path) else path


def without_secrets(text: str, url: str) -> str:
    """Take what a URL keeps secret out of a text, such as a driver's message."""
    parts = urlsplit(url)
    user, _, password = parts.netloc.rpartition("@")[0].partition(":")
    words = {value for key, value in parse_qsl(parts.query) if _is_secret(key)} | {password}
    for word in sorted({*words, *map(unquote, words)} - {"", user}, key=len, reverse=True):
        text = text.replace(word, "***")
    return text


def _is_secret(name: str) -> bool:
    return any(word in name.lower() for word in _SECRET)

"""Detached Ed25519 signatures (RFC 8032) with keys that the user keeps: 64 bytes beside the file they are about."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from extractscan.errors import UsageError

SUFFIX: Final = ".sig"
_EXTRA: Final = "Signatures need more: pip install 'extractscan[sign]'."
_MAKE: Final = "Make one with: openssl genpkey -algorithm ed25519 -out key.pem; openssl pkey -in key.pem -pubout"


def _library() -> tuple[Any, Any, Any]:
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric import ed25519
    except ImportError as error:
        raise UsageError("signing needs a library that is not installed", hint=_EXTRA) from error
    return serialization, ed25519, InvalidSignature


def private_key(path: str, password: str | None = None) -> Any:
    """Read an Ed25519 private key from a PEM file.

    Raises:
        UsageError: where the library, the file or its password is missing, or it holds another kind of key.
    """
    serialization, ed25519, _ = _library()
    content = _content(path, "--sign-key")
    secret = password.encode() if password else None
    try:
        key = serialization.load_pem_private_key(content, secret)
    except (ValueError, TypeError) as error:
        raise UsageError(
            f"{path}: no private key that can be read ({error})",
            hint="a key with a password needs EXTRACTSCAN_SIGN_PASSWORD. " + _MAKE,
        ) from error
    if not isinstance(key, ed25519.Ed25519PrivateKey):
        raise UsageError(f"{path} holds a key of another kind than Ed25519", hint=_MAKE)
    return key


def sign(content: bytes, key: Any) -> bytes:
    """Return the 64 bytes that sign some content."""
    return bytes(key.sign(content))


def is_signed(content: bytes, signature: bytes, public: str) -> bool:
    """Tell whether a signature is of this content and by the holder of a public key (PEM file).

    Raises:
        UsageError: where the library or the file is missing, or it holds another kind of key.
    """
    serialization, ed25519, invalid = _library()
    try:
        key = serialization.load_pem_public_key(_content(public, "--public-key"))
    except ValueError as error:
        raise UsageError(f"{public}: no public key that can be read ({error})", hint=_MAKE) from error
    if not isinstance(key, ed25519.Ed25519PublicKey):
        raise UsageError(f"{public} holds a key of another kind than Ed25519", hint=_MAKE)
    try:
        key.verify(signature, content)
    except invalid:
        return False
    return True


def _content(path: str, option: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}", hint=f"{option} takes a PEM file. {_MAKE}") from error

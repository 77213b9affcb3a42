"""The key of a redaction, and what of a report it is used on."""

from __future__ import annotations

from pathlib import Path

from extractscan.errors import UsageError
from extractscan.model import Report
from extractscan.settings import Settings

MAKE = "openssl rand -hex 32 > FILE makes a key; keep it where the reports are not"


def read_key(path: str | None, *, wanted: bool) -> bytes | None:
    """Return the key, without white space around it; None where no redaction is wanted.

    Raises:
        UsageError: where only one of --redact and --key-file is given, or the key cannot be read or is too short.
    """
    if not wanted:
        if path is not None:
            raise UsageError("--key-file without --redact", hint="--redact is what takes original values out")
        return None
    if path is None:
        raise UsageError("--redact without --key-file", hint=MAKE)
    try:
        key = Path(path).read_bytes().strip()
    except OSError as error:
        raise UsageError(f"cannot read the key {path}: {error.strerror}", hint=MAKE) from error
    from extractscan.redaction import require_key

    return require_key(key)


def redacted(report: Report, key: bytes) -> Report:
    """Return the report without original values; how many accounts must share what stays is in its settings.

    Raises:
        UsageError: where it is redacted already.
    """
    from extractscan.redaction import redact

    least = report.tool.settings.get("redaction_accounts", Settings().redaction_accounts)
    return redact(report, key, least)

"""Compare an output with the file that holds what it was when somebody last looked at it."""

from __future__ import annotations

import os
import re
from pathlib import Path

FOLDER = Path(__file__).parent / "golden"
REFRESH = "GOLDEN=write python -m pytest tests/writers"


def check(name: str, content: bytes) -> None:
    """Hold `content` against the golden file, or write it where the environment asks for that."""
    path = FOLDER / name
    if os.environ.get("GOLDEN") == "write":
        FOLDER.mkdir(exist_ok=True)
        path.write_bytes(content)
    kept = path.read_bytes() if path.exists() else b""
    assert content == kept, f"{path} differs: look at both, then run {REFRESH}"


def without_libraries(page: bytes) -> bytes:
    """The page without the text of its scripts and styles, which stand in the package, and without their hashes."""
    bare = re.sub(rb"<script>.*?</script>", b"<script/>", page, flags=re.DOTALL)
    bare = re.sub(rb"<style.*?</style>", b"<style/>", bare, flags=re.DOTALL)
    return re.sub(rb"sha256-[0-9A-Za-z+/=]+", b"sha256", bare)

"""Settings of a run: defaults, then the profile, then the file, then single options."""

from __future__ import annotations

import math
import tomllib
from pathlib import Path
from typing import Any

import msgspec

from extractscan.errors import UsageError
from extractscan.settings import PROFILES, Settings

ALLOWED = Settings.__struct_fields__


def load_settings(
    profile: str, config: str | None, *, seed: int | None = None, shuffles: int | None = None
) -> Settings:
    """Return the settings of a run; what is named later wins over what is named before.

    Raises:
        UsageError: for an unknown profile, an unreadable file, an unknown key or a value that cannot be.
    """
    if profile not in PROFILES:
        raise UsageError(f"there is no profile {profile!r}", hint=f"profiles: {', '.join(PROFILES)}")
    chosen: dict[str, Any] = dict(PROFILES[profile])
    if config is not None:
        chosen |= _read(config)
    chosen |= {name: given for name, given in (("seed", seed), ("shuffles", shuffles)) if given is not None}
    return msgspec.convert(chosen, Settings)


def _read(config: str) -> dict[str, Any]:
    try:
        values = tomllib.loads(Path(config).read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"cannot read {config}: {error.strerror}", hint="--config takes a TOML file") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{config} is no TOML: {error}", hint="write lines such as: margin_bits = 7.0") from error
    for name, given in values.items():
        if name not in ALLOWED:
            raise UsageError(f"{config}: there is no setting {name!r}", hint=f"settings: {', '.join(ALLOWED)}")
        _check(config, name, given)
    return values


def _check(config: str, name: str, given: object) -> None:
    try:
        msgspec.convert({name: given}, Settings)
    except msgspec.ValidationError as error:
        raise UsageError(f"{config}: {name} = {given!r}: {error}", hint="settings are numbers") from error
    if not isinstance(given, int | float) or not math.isfinite(given) or given < 0:
        raise UsageError(f"{config}: {name} = {given!r} is no number from 0 up", hint="settings count or measure")

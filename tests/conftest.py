"""What holds for every test: no example is failed for being slow, since machines and their load differ."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("patient", settings(), deadline=None)
settings.load_profile("patient")

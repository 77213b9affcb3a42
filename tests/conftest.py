"""What holds for every test: examples are the same each time, and none is failed for being slow."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("patient", settings(), deadline=None, derandomize=True)
settings.load_profile("patient")

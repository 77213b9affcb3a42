"""Servers that tests start themselves, on loopback."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

PASSWORD = "p%40ss w0rd".replace(" ", "%20")
"""As it stands in a URL; the server knows it unquoted."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError("the server does not answer")


def _binaries() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        if os.environ.get("CI"):
            pytest.fail("CI installs a PostgreSQL server, and there is none")
        pytest.skip("no PostgreSQL server: apt-get install postgresql")
    return found[-1].parent


@contextmanager
def postgres() -> Iterator[str]:
    """Run a new PostgreSQL server and give its URL, password included."""
    binaries, port = _binaries(), free_port()
    user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name  # the server refuses root
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    options = {"user": user} if os.geteuid() == 0 else {}
    try:
        if options:
            shutil.chown(folder, user, user)
        secret = folder / "password"
        secret.write_text("p@ss w0rd")
        secret.chmod(0o644)
        made = [binaries / "initdb", "-D", folder / "db", "-U", "analyst", "-A", "scram-sha-256", "--no-sync"]
        subprocess.run([*map(str, made), f"--pwfile={secret}"], check=True, capture_output=True, cwd="/", **options)
        settings = ("fsync=off", "listen_addresses=127.0.0.1", f"port={port}", "unix_socket_directories=")
        command = [
            str(binaries / "postgres"),
            "-D",
            str(folder / "db"),
            *(part for s in settings for part in ("-c", s)),
        ]
        process = subprocess.Popen(command, cwd="/", stderr=subprocess.DEVNULL, **options)
        try:
            wait_for(port, process)
            yield f"postgresql://analyst:{PASSWORD}@127.0.0.1:{port}/postgres"
        finally:
            process.terminate()
            process.wait(30)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _running(command: list[str], port: int, environment: dict[str, str] | None = None) -> Iterator[str]:
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, **(environment or {})}
    )
    try:
        wait_for(port, process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(30)


@contextmanager
def object_store() -> Iterator[str]:
    """Run a server that speaks S3 and give its address."""
    port = free_port()
    program = "import sys; from moto.server import main; main(sys.argv[1:])"
    command = [sys.executable, "-c", program, "-H", "127.0.0.1", "-p", str(port)]
    with _running(command, port, {"MOTO_ACCOUNT_ID": "123456789012", "SECRET_KEY": secrets.token_hex(8)}) as address:
        yield address


@contextmanager
def google_store(bucket: str) -> Iterator[str]:
    """Run an emulator of Google Cloud Storage with one bucket and give its address."""
    port = free_port()
    command = [sys.executable, "-m", "gcp_storage_emulator", "start", "--host", "127.0.0.1", "--port", str(port)]
    with _running([*command, "--in-memory", "--default-bucket", bucket], port) as address:
        yield address


def _azurite() -> list[str]:
    """The blob service of Azurite, which is a program of Node: `.ci/run` installs it where there is npm."""
    here = Path(sys.prefix) / "azurite/node_modules/azurite/dist/src/blob/main.js"
    node = shutil.which("node")
    if node and here.exists():
        return [node, str(here)]
    installed = shutil.which("azurite-blob")
    if installed is None:
        pytest.skip("no emulator of Azure's store: npm install --prefix .venv/azurite azurite@3")
    return [installed]


@contextmanager
def azure_store() -> Iterator[str]:
    """Run Azurite's blob service and give its address; it knows one account, whose key is public."""
    port = free_port()
    options = ["--inMemoryPersistence", "--skipApiVersionCheck", "--disableTelemetry", "--silent"]
    with _running([*_azurite(), "--blobHost", "127.0.0.1", "--blobPort", str(port), *options], port) as address:
        yield address


AZURE_ACCOUNT = "devstoreaccount1"
AZURE_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
"""Of every Azurite; its documentation prints them."""

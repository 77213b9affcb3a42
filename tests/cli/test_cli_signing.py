"""A signature says who wrote the hashes; it is made and checked with keys that the user keeps."""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from extractscan import signing


def write_keys(folder: Path, key, name: str = "key", password: bytes | None = None) -> tuple[Path, Path]:
    """Write both halves of a key as PEM, and return their paths."""
    locked = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    pem, pkcs8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    (folder / f"{name}.pem").write_bytes(key.private_bytes(pem, pkcs8, locked))
    public = key.public_key().public_bytes(pem, serialization.PublicFormat.SubjectPublicKeyInfo)
    (folder / f"{name}.pub").write_bytes(public)
    return folder / f"{name}.pem", folder / f"{name}.pub"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def keys(here: Path) -> tuple[Path, Path]:
    """A private key and its public half."""
    return write_keys(here, ed25519.Ed25519PrivateKey.generate())


@pytest.fixture
def signed(run, pipeline, here: Path, keys) -> Path:
    """A report with a signed manifest."""
    pipeline.outcome = msgspec.structs.replace(pipeline.outcome, inputs=[])
    result = run("analyze", "x.json", "-o", "r.json", "--manifest", "r.manifest.json", "--sign-key", keys[0])
    assert result.exit_code == 0, result.stderr
    return here / "r.json"


def test_a_signature_is_of_the_manifest_and_of_its_key(run, signed: Path, keys, here: Path) -> None:
    """64 bytes that verify with the public half, and with no other."""
    assert len((here / "r.manifest.json.sig").read_bytes()) == 64
    assert run("verify", signed, "--public-key", keys[1]).exit_code == 0
    other = write_keys(here, ed25519.Ed25519PrivateKey.generate(), "other")
    result = run("verify", signed, "--public-key", other[1])
    assert result.exit_code == 1
    assert "is not of" in " ".join(result.stdout.split())


def test_a_changed_manifest_has_no_valid_signature(run, signed: Path, keys, here: Path) -> None:
    """Whoever changes a hash in the manifest breaks its signature."""
    path = here / "r.manifest.json"
    path.write_bytes(path.read_bytes().replace(b'"seed": 7', b'"seed": 8'))
    assert run("verify", signed, "--public-key", keys[1]).exit_code == 1


def test_a_signature_that_is_not_checked_is_mentioned(run, signed: Path) -> None:
    """Without --public-key, verify says that there is something to check."""
    assert "--public-key FILE checks it" in run("verify", signed).stderr


def test_a_missing_signature_or_manifest_ends_with_three(run, signed: Path, keys, here: Path) -> None:
    """Asked for a signature that is not there, verify does not pass."""
    (here / "r.manifest.json.sig").unlink()
    assert run("verify", signed, "--public-key", keys[1]).exit_code == 3
    (here / "r.manifest.json").unlink()
    assert run("verify", signed, "--public-key", keys[1]).exit_code == 3


def test_a_key_with_a_password_is_unlocked_by_the_environment(run, pipeline, here: Path, monkeypatch) -> None:
    """EXTRACTSCAN_SIGN_PASSWORD opens it; without, or with the wrong one, nothing is analyzed."""
    private, _ = write_keys(here, ed25519.Ed25519PrivateKey.generate(), "locked", b"secret")
    command = ["analyze", "x.json", "-o", "r.json", "--manifest", "m.json", "--sign-key", private]
    for password in (None, "wrong"):
        if password:
            monkeypatch.setenv("EXTRACTSCAN_SIGN_PASSWORD", password)
        result = run(*command)
        assert result.exit_code == 2
        assert "EXTRACTSCAN_SIGN_PASSWORD" in result.stderr
    assert pipeline.calls == []
    monkeypatch.setenv("EXTRACTSCAN_SIGN_PASSWORD", "secret")
    assert run(*command).exit_code == 0


@pytest.mark.parametrize("content", [None, b"no key", "other kind"])
def test_what_is_no_key_is_refused(run, pipeline, signed: Path, here: Path, content) -> None:
    """A file that is not there, no PEM, or a key of another kind: both commands say how to make one."""
    pipeline.calls.clear()
    private, public = here / "p.pem", here / "p.pub"
    if content == "other kind":
        private, public = write_keys(here, ec.generate_private_key(ec.SECP256R1()), "p")
    elif content is not None:
        private.write_bytes(content)
        public.write_bytes(content)
    for arguments in (
        ["analyze", "x.json", "-o", "n.json", "--manifest", "n.manifest.json", "--sign-key", private],
        ["verify", signed, "--public-key", public],
    ):
        result = run(*arguments)
        assert result.exit_code == 2
        assert "openssl genpkey" in result.stderr
    assert pipeline.calls == []


def test_a_key_without_a_manifest_has_nothing_to_sign(run, pipeline, keys) -> None:
    """What is signed is the manifest."""
    assert run("analyze", "x.json", "-o", "r.json", "--sign-key", keys[0]).exit_code == 2
    assert pipeline.calls == []


def test_without_the_library_the_extra_is_named(run, pipeline, keys, monkeypatch) -> None:
    """The base installation signs nothing, and says what to install."""
    monkeypatch.setitem(sys.modules, "cryptography.exceptions", None)
    result = run("analyze", "x.json", "-o", "r.json", "--manifest", "m.json", "--sign-key", keys[0])
    assert result.exit_code == 2
    assert "extractscan[sign]" in result.stderr


def test_a_known_signature() -> None:
    """The second test vector of RFC 8032, section 7.1."""
    seed = bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
    signature = (
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )
    assert signing.sign(b"\x72", ed25519.Ed25519PrivateKey.from_private_bytes(seed)).hex() == signature

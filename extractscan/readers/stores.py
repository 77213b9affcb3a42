"""List and open objects of S3, Google Cloud Storage and Azure Blob Storage, with the credentials of their environment.

Objects are read as bytes, so that records can be hashed as they lie there; of Parquet only what is needed is fetched.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from glob import has_magic
from typing import Any, Final

import pyarrow.fs as pafs

from extractscan.errors import InputError
from extractscan.readers.dated import Window, outside
from extractscan.readers.found import Found, clean, hidden
from extractscan.readers.stored import Stored

CONNECT_SECONDS: Final = 10
REQUEST_SECONDS: Final = 60
_NO_CHOICE: Final = "Name a prefix that holds logs, such as s3://bucket/logs/."


def _s3(bucket: str) -> pafs.FileSystem:
    options: dict[str, Any] = {"connect_timeout": CONNECT_SECONDS, "request_timeout": REQUEST_SECONDS}
    options["retry_strategy"] = pafs.AwsStandardS3RetryStrategy(max_attempts=4)
    endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
    region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    if endpoint:
        scheme, _, place = endpoint.rpartition("://")
        options |= {"endpoint_override": place.rstrip("/"), "scheme": scheme or "https"}
    elif not region:
        region = pafs.resolve_s3_region(bucket)
    return pafs.S3FileSystem(region=region or "us-east-1", **options)


def _gcs(_bucket: str) -> pafs.FileSystem:
    other = os.environ.get("STORAGE_EMULATOR_HOST")
    if other:
        scheme, _, place = other.rpartition("://")
        return pafs.GcsFileSystem(anonymous=True, endpoint_override=place.rstrip("/"), scheme=scheme or "http")
    return pafs.GcsFileSystem()


def _azure(_container: str) -> pafs.FileSystem:
    name, key = (os.environ.get(f"AZURE_STORAGE_ACCOUNT_{word}") for word in ("NAME", "KEY"))
    if not name:
        raise InputError("az:// needs the account", hint="Set AZURE_STORAGE_ACCOUNT_NAME, and _KEY or a login of `az`.")
    other = os.environ.get("AZURE_STORAGE_SERVICE_ENDPOINT")
    if other:
        scheme, _, place = other.rpartition("://")
        host = place.partition("/")[0]
        where = dict.fromkeys(("blob_storage_authority", "dfs_storage_authority"), host)
        where |= dict.fromkeys(("blob_storage_scheme", "dfs_storage_scheme"), scheme or "https")
        return pafs.AzureFileSystem(account_name=name, account_key=key, **where)
    return pafs.AzureFileSystem(account_name=name, account_key=key)


STORES: Final[dict[str, Callable[[str], pafs.FileSystem]]] = {"s3": _s3, "gs": _gcs, "az": _azure}
"""By the scheme of the URL."""


def is_store(path: str) -> bool:
    """Say whether a path names objects of a store."""
    return path.partition("://")[0] in STORES and "://" in path


def listed(url: str, window: Window = (None, None)) -> list[Found]:
    """List the objects below a prefix or of a pattern, sorted; folders whose names date them outside are left out.

    Raises:
        InputError: where the store refuses or does not answer, or where no object is there.
    """
    scheme, _, key = url.partition("://")
    place = key.rstrip("/") if key.endswith("/") else key
    try:
        store = STORES[scheme](key.partition("/")[0])
        found = _listed(store, place, window)
    except OSError as error:
        raise InputError(
            f"{url}: {_first_line(error)}", hint="Check the name, the credentials and the network."
        ) from None
    if not found.objects:
        more = f"; {found.left} folders hold other dates" if found.left else ""
        raise InputError(f"{url}: no object there{more}", hint=_NO_CHOICE)
    single = [info.path for info in found.objects] == [place]
    note = f"{found.left:,} folders of other dates, by their names, were left unread below {url}" if found.left else ""
    return [
        Found(clean(f"{scheme}://{info.path}"), info.size, single, Stored(info.path, store=store), note=note)
        for info in sorted(found.objects, key=lambda info: info.path)
    ]


class _Listing:
    """Objects found, and how many folders of other dates were left out."""

    def __init__(self) -> None:
        self.objects: list[pafs.FileInfo] = []
        self.left = 0


def _listed(store: pafs.FileSystem, place: str, window: Window) -> _Listing:
    listing = _Listing()
    if has_magic(place):
        root = "/".join(_until_magic(place.split("/")))
        _walk(store, root, root, window, listing)
        listing.objects = [info for info in listing.objects if fnmatchcase(info.path, place)]
        return listing
    info = store.get_file_info(place)
    if info.type == pafs.FileType.File:
        listing.objects = [info]
    elif info.type == pafs.FileType.Directory:
        _walk(store, place, place, window, listing)
    else:  # the beginning of names
        root = place.rpartition("/")[0]
        if root:
            _walk(store, root, root, window, listing, place)
    return listing


def _until_magic(parts: list[str]) -> Iterator[str]:
    for part in parts:
        if has_magic(part):
            return
        yield part


def _walk(store: pafs.FileSystem, folder: str, root: str, window: Window, listing: _Listing, start: str = "") -> None:
    """Take in what lies below a folder; `start` is what the names have to begin with."""
    if store.type_name.endswith("gcs"):
        _sweep(store, root, window, listing, start)
        return
    for info in store.get_file_info(pafs.FileSelector(folder)):
        name = info.path.rpartition("/")[2]
        if hidden(name) or not info.path.startswith(start[: len(info.path)]):
            continue
        if info.type == pafs.FileType.Directory:
            if outside(info.path[len(root) :].strip("/").split("/"), window):
                listing.left += 1
            else:
                _walk(store, info.path, root, window, listing, start)
        elif info.type == pafs.FileType.File and info.size:
            listing.objects.append(info)


def _sweep(store: pafs.FileSystem, root: str, window: Window, listing: _Listing, start: str) -> None:
    """Take in all that lies below a folder at once: Google's store does not list folders that are parts of names."""
    left = set()
    for info in store.get_file_info(pafs.FileSelector(root, recursive=True)):
        *folders, name = info.path[len(root) :].strip("/").split("/")
        if info.type != pafs.FileType.File or not info.size or any(map(hidden, (*folders, name))):
            continue
        if not info.path.startswith(start):
            continue
        heads = (folders[: depth + 1] for depth in range(len(folders)))
        other = next((tuple(head) for head in heads if outside(head, window)), None)
        if other is None:
            listing.objects.append(info)
        else:
            left.add(other)
    listing.left += len(left)


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:300]

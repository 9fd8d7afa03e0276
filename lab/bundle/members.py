"""The members of a bundle: a zip whose manifest names every one with its length and SHA-256."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

import numpy as np
from numpy.typing import NDArray

from compute.problems import Problem, ProblemError

FORMAT = 2
MANIFEST = "manifest.json"
LARGEST = 4 * 2**30
"""Most bytes that all members may unpack to."""
LARGEST_MANIFEST = 16 * 2**20
MOST_MEMBERS = 32
DATA = "data/"
"""What the name of the data file's member begins with."""
SNAPSHOTS = "parameters.snapshots"
"""Member with the parameters of some steps, which not every bundle has; those with it are of format 2."""
NAMES = ("experiment.toml", "results.json", "summary.json", "summary.npz", "curves.json", "curves.npz")


def write_members(file: BinaryIO, members: Mapping[str, bytes], facts: Mapping[str, Any]) -> None:
    """Write members and their manifest, which also holds ``facts``."""
    described = {
        name: {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        for name, content in members.items()
    }
    version = FORMAT if SNAPSHOTS in members else 1
    manifest = {"kind": "losslab bundle", "format": version, **facts, "members": described}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1, allow_nan=False))
        for name, content in members.items():
            archive.writestr(name, content)


def read_members(path: Path) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Return the manifest of a bundle and its members, each held against its checksum.

    Raises
    ------
    ProblemError
        Where there is no such file, or it is no bundle, damaged, of a newer version or too large.
    """
    name = path.name[:48]
    try:
        with zipfile.ZipFile(path) as archive:
            if MANIFEST not in archive.namelist():
                refuse(f"{name} is not a bundle", "It is a zip of another kind, without a manifest.")
            manifest = _manifest(archive, name)
            return manifest, _members(archive, manifest["members"], name)
    except FileNotFoundError:
        refuse(f"There is no file {name}", f"It was looked for in {path.parent}.")
    except OSError as error:
        refuse(f"{name} could not be read", f"{error.strerror or error}.")
    except zipfile.BadZipFile:
        if not _begins_as_zip(path):
            refuse(f"{name} is not a bundle", "A bundle is a zip that losslab bundle writes.")
        refuse(f"{name} is damaged", "It was probably not copied to its end. Copy it again.")
    except (zlib.error, EOFError, NotImplementedError, RuntimeError, RecursionError, MemoryError):
        refuse(f"{name} is damaged", "A part of it cannot be unpacked. Copy it again.")


def _begins_as_zip(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == b"PK\x03\x04"


def _manifest(archive: zipfile.ZipFile, name: str) -> dict[str, Any]:
    if archive.getinfo(MANIFEST).file_size > LARGEST_MANIFEST:
        refuse(f"{name} is too large", "Its manifest alone is larger than any that Loss Lab writes.")
    try:
        manifest = json.loads(archive.read(MANIFEST))
        kind, version, members = manifest["kind"], manifest["format"], manifest["members"]
        newer = version > FORMAT
        described = [(entry["bytes"] + 0, str(entry["sha256"])) for entry in members.values()]
    except (ValueError, KeyError, TypeError, AttributeError):
        refuse(f"{name} is not a bundle", "Its manifest is not one that Loss Lab writes.")
    if kind != "losslab bundle":
        refuse(f"{name} is not a bundle", "Its manifest was written by another program.")
    if newer:
        refuse(
            f"{name} was written by a newer version of Loss Lab",
            f"It has format {version}, this program reads up to {FORMAT}.",
        )
    for member in members:
        if member not in (*NAMES, SNAPSHOTS) and not is_data(member):
            refuse(f"{name} is not a bundle", f"It holds {member[:60]}, which no bundle holds.")
    missing = [needed for needed in NAMES if needed not in members]
    if missing:
        refuse(f"{name} is damaged", f"{missing[0]} is missing.")
    if len(members) > MOST_MEMBERS or sum(size for size, _ in described) > LARGEST:
        refuse(f"{name} is too large", f"It would unpack to more than {LARGEST // 2**30} GB.")
    return dict(manifest)


def is_data(member: str) -> bool:
    """Whether a member is the data file: a plain name in the folder ``data``, nothing that leaves it."""
    rest = member.removeprefix(DATA)
    return rest != member and rest not in ("", ".", "..") and not set(rest) & set("/\\:\0")


def _members(archive: zipfile.ZipFile, described: Mapping[str, Any], name: str) -> dict[str, bytes]:
    members: dict[str, bytes] = {}
    for member, entry in described.items():
        try:
            packed = archive.getinfo(member)
        except KeyError:
            refuse(f"{name} is damaged", f"{member[:60]} is missing.")
        # the declared length is what was bounded, so nothing else is unpacked
        if packed.file_size != entry["bytes"]:
            refuse(f"{name} is damaged", f"{member[:60]} has another length than it was written with.")
        content = archive.read(member)
        if hashlib.sha256(content).hexdigest() != entry["sha256"]:
            refuse(f"{name} is damaged", f"{member[:60]} is not what was written. Copy the file again.")
        members[member] = content
    return members


def pack_arrays(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """Return arrays as an npz that is not compressed itself."""
    with io.BytesIO() as file:
        np.savez(file, allow_pickle=False, **arrays)
        return file.getvalue()


def unpack_arrays(content: bytes) -> dict[str, NDArray[Any]]:
    """Return the arrays of an npz.

    Raises
    ------
    ValueError, KeyError, OSError, zipfile.BadZipFile
        Where it is none, or unpacks to more than it takes.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > len(content):
            raise ValueError("it unpacks to more than was written")
    with np.load(io.BytesIO(content), allow_pickle=False) as found:
        return dict(found)


def one_of(word: str, known: Sequence[str]) -> str:
    """Return a word that is known.

    Raises
    ------
    ValueError
        Where it is not.
    """
    if word not in known:
        raise ValueError(f"{str(word)[:40]!r} is not known here")
    return word


def refuse(title: str, body: str) -> NoReturn:
    """Raise a problem."""
    raise ProblemError(Problem(title, body))

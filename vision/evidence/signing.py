"""The device's Ed25519 key: made at the first start, readable by its owner only."""

import logging
import os
from collections.abc import Mapping
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from quantrac_core.contracts.errors import QuantracError
from quantrac_core.contracts.pack_verifier import canonical_json

log = logging.getLogger(__name__)
KEY_NAME = "device_ed25519.pem"


class KeyUnusable(QuantracError):
    """The device key cannot be made, read or used; says which file and what to do."""


class DeviceKey:
    """Signs manifests in the name of this device."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self.public_hex = key.public_key().public_bytes_raw().hex()

    def sign(self, payload: Mapping[str, object]) -> dict[str, object]:
        """Return the manifest of ``payload``: itself and the signature of its canonical JSON."""
        value = self._key.sign(canonical_json(payload)).hex()
        signature = {"algorithm": "ed25519", "public_key": self.public_hex, "value": value}
        return {"payload": dict(payload), "signature": signature}


def open_device_key(folder: Path) -> DeviceKey:
    """Return the key in ``folder``; make folder (0700) and key (0600) where there is none.

    Raises:
        KeyUnusable: if it cannot be read, is no Ed25519 key, or cannot be stored. A broken key
            is never replaced: what was signed before would lose its witness.
    """
    path = folder / KEY_NAME
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not path.exists():
            _make(path)
        if path.stat().st_mode & 0o077:
            log.warning("%s was open to other users; now it is not", path)
            path.chmod(0o600)
        key = load_pem_private_key(path.read_bytes(), password=None)
    except OSError as error:
        raise KeyUnusable(
            f"{path}: {error.strerror}; let the program read and write there"
        ) from error
    except (ValueError, TypeError) as error:
        raise KeyUnusable(
            f"{path} is no private key; put its backup back, or move it away and a new one is made"
        ) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyUnusable(f"{path} is no Ed25519 key; move it away and a new one is made")
    return DeviceKey(key)


def _make(path: Path) -> None:
    """Write a new key beside ``path`` and link it into place: whole, or not there."""
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(pem)
            file.flush()
            os.fsync(file.fileno())
        try:
            path.hardlink_to(draft)
        except FileExistsError:
            return
    finally:
        draft.unlink()
    log.info("a device key was made: %s", path)

"""The key pair by which browsers' push services know this centre (VAPID, RFC 8292)."""

import base64
import os
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from py_vapid import Vapid02

from quantrac_core.contracts.errors import ConfigError, ConfigErrors


def load_push_key(file: Path, config_file: str = "(configuration)") -> Vapid02:
    """Return the key in ``file``, which is made with mode 0600 where it is missing.

    Raises:
        ConfigErrors: the file can be neither read nor made, or holds no key.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        if not file.exists():
            _make(file)
        return Vapid02.from_pem(file.read_bytes())
    except OSError as error:
        raise _refused(
            config_file, file, f"a file in a writable folder ({error.strerror})"
        ) from error
    except Exception as error:
        # The library raises whatever its parser meets.
        raise _refused(config_file, file, "a private key on P-256 in PEM") from error


def public_key_of(key: Vapid02) -> str:
    """Return the public key as browsers want it: the uncompressed point, URL-safe base 64."""
    point: bytes = key.public_key.public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )
    return base64.urlsafe_b64encode(point).rstrip(b"=").decode()


def _make(file: Path) -> None:
    private = ec.generate_private_key(ec.SECP256R1())
    pem = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    fresh = file.with_name(f"{file.name}.{os.getpid()}.new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as target:
        target.write(pem)
        target.flush()
        os.fsync(target.fileno())
    try:
        # Gateways that share the folder must end up with one key.
        os.link(fresh, file)
    except FileExistsError:
        return
    finally:
        fresh.unlink()


def _refused(config_file: str, file: Path, allowed: str) -> ConfigErrors:
    return ConfigErrors(
        [ConfigError(config_file, "notification.push.key_file", str(file), allowed)]
    )

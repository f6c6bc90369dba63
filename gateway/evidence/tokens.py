"""Who may send files: bearer tokens, compared without telling by time how much was right."""

from collections.abc import Sequence
from hashlib import sha256
from hmac import compare_digest
from typing import Final, Literal

from gateway.evidence.settings import UploadToken

Admittance = Literal["admitted", "not_configured", "wrong_token", "another_camera"]
_SCHEME: Final = "bearer "


class UploadTokens:
    """The configured tokens, as hashes."""

    def __init__(self, tokens: Sequence[UploadToken]) -> None:
        self._tokens = [(_hashed(one.token.reveal()), frozenset(one.cameras)) for one in tokens]

    def check(self, authorization: str | None, camera: str) -> Admittance:
        """Judge an ``Authorization`` header; a token without cameras is good for any."""
        if not self._tokens:
            return "not_configured"
        header = authorization or ""
        shown = header[len(_SCHEME) :] if header.lower().startswith(_SCHEME) else ""
        digest = _hashed(shown.strip())
        # Every token is compared, so that the time tells nothing of their order either.
        matching = [cameras for known, cameras in self._tokens if compare_digest(known, digest)]
        if not matching:
            return "wrong_token"
        if any(not cameras or camera in cameras for cameras in matching):
            return "admitted"
        return "another_camera"


def _hashed(text: str) -> bytes:
    return sha256(text.encode("utf-8", "surrogateescape")).digest()

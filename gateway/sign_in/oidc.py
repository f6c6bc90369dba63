"""Signing in at an identity provider: OpenID Connect, code flow with PKCE (RFC 7636), S256."""

import base64
import hmac
from hashlib import sha256
from typing import Any, Final
from urllib.parse import urlencode

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from sqlalchemy import delete, select

from gateway.access.settings import OidcSettings
from gateway.database.access_tables import OIDC_FLOW
from gateway.database.engine import Database, insert_missing
from gateway.sign_in.secrets_made import hash_of, new_secret
from quantrac_core.contracts.errors import QuantracError
from quantrac_core.runtime.clock import Clock

FLOW_MS: Final = 600_000
TIMEOUT_S: Final = 5.0
MAX_ANSWER_BYTES: Final = 256 * 1024
ALGORITHMS: Final = ["RS256", "ES256", "PS256", "EdDSA"]
"""Never «none», and no shared secret."""


class ProviderFailed(QuantracError):
    """The identity provider did not answer, or not as it must; the text never holds a token."""


class IdentityProvider:
    """One provider; every method blocks."""

    def __init__(self, settings: OidcSettings, database: Database, clock: Clock) -> None:
        self._settings = settings
        self._database = database
        self._clock = clock
        self.callback = f"{settings.page_url.rstrip('/')}/api/v1/session/oidc/callback"

    def begin(self) -> tuple[str, str]:
        """Return the provider's address to go to, and the state that binds it to this browser.

        Raises:
            ProviderFailed: it does not answer.
        """
        found = self._discover()
        state, nonce, verifier = new_secret(), new_secret(), new_secret()
        now_ms = self._clock.now_ms()
        row = {
            "state_hash": hash_of(state),
            "nonce": nonce,
            "verifier": verifier,
            "expires_at_ms": now_ms + FLOW_MS,
        }
        with self._database.writing() as connection:
            connection.execute(delete(OIDC_FLOW).where(OIDC_FLOW.c.expires_at_ms < now_ms))
            insert_missing(connection, OIDC_FLOW, [row])
        digest = sha256(verifier.encode()).digest()
        query = {
            "response_type": "code",
            "client_id": self._settings.client_id,
            "redirect_uri": self.callback,
            "scope": " ".join(self._settings.scopes),
            "state": state,
            "nonce": nonce,
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        joint = "&" if "?" in found["authorization_endpoint"] else "?"
        return f"{found['authorization_endpoint']}{joint}{urlencode(query)}", state

    def finish(self, state: str, bound_state: str, code: str) -> str:
        """Return the person's claim for a code that the provider gave.

        Args:
            bound_state: what the browser that began kept in its cookie.

        Raises:
            ProviderFailed: the flow is unknown, used, too old or of another browser; or the
                provider's word does not hold.
        """
        if not hmac.compare_digest(state.encode(), bound_state.encode()):
            raise ProviderFailed("another browser began to sign in")
        nonce, verifier = self._take_flow(state)
        found = self._discover()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.callback,
            "client_id": self._settings.client_id,
            "code_verifier": verifier,
        }
        if self._settings.client_secret is not None:
            form["client_secret"] = self._settings.client_secret.reveal()
        answer = self._ask("POST", found["token_endpoint"], form)
        keys = self._ask("GET", found["jwks_uri"])
        return self._claim(str(answer.get("id_token", "")), keys, nonce)

    def _take_flow(self, state: str) -> tuple[str, str]:
        is_it = OIDC_FLOW.c.state_hash == hash_of(state)
        with self._database.writing() as connection:
            row = connection.execute(select(OIDC_FLOW).where(is_it)).one_or_none()
            taken = connection.execute(delete(OIDC_FLOW).where(is_it)).rowcount
        if row is None or taken != 1 or row.expires_at_ms < self._clock.now_ms():
            raise ProviderFailed("this sign-in was finished, or began too long ago")
        return row.nonce, row.verifier

    def _claim(self, token: str, keys: dict[str, Any], nonce: str) -> str:
        registry = jwt.JWTClaimsRegistry(
            now=self._clock.now_ms() // 1000,
            leeway=60,
            iss={"essential": True, "value": self._settings.issuer},
            aud={"essential": True, "value": self._settings.client_id},
            exp={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        try:
            key_set = KeySet.import_key_set(keys)  # type: ignore[arg-type]
            claims = jwt.decode(token, key_set, algorithms=ALGORITHMS).claims
            registry.validate(claims)
        except (JoseError, ValueError, KeyError, TypeError) as error:
            kind = type(error).__name__
            raise ProviderFailed(f"the provider's token does not hold: {kind}") from None
        name = self._settings.claim
        claim = claims.get(name)
        if not isinstance(claim, str) or not claim or len(claim) > 200:
            raise ProviderFailed(f"the provider's token has no claim {name!r}")
        if name == "email" and claims.get("email_verified") is not True:
            raise ProviderFailed("the provider has not verified this e-mail address")
        return claim

    def _discover(self) -> dict[str, str]:
        issuer = self._settings.issuer
        found = self._ask("GET", f"{issuer.rstrip('/')}/.well-known/openid-configuration")
        names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
        if found.get("issuer") != issuer or not all(
            isinstance(found.get(name), str) for name in names
        ):
            raise ProviderFailed(
                "the provider's configuration names another issuer, or lacks parts"
            )
        return {name: str(found[name]) for name in names}

    def _ask(self, method: str, url: str, form: dict[str, str] | None = None) -> dict[str, Any]:
        try:
            answer = httpx.request(
                method, url, data=form, timeout=TIMEOUT_S, headers={"Accept": "application/json"}
            )
            if answer.status_code != 200 or len(answer.content) > MAX_ANSWER_BYTES:
                raise ProviderFailed(f"the provider answered {answer.status_code}")
            body = answer.json()
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise ProviderFailed(f"the provider failed: {type(error).__name__}") from None
        if not isinstance(body, dict):
            raise ProviderFailed("the provider answered no object")
        return body

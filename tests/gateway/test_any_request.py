"""Whatever is sent to any route of the document: an answer in one sentence, never a defect."""

import contextlib
import json
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.generation import GenerationMode

from gateway.access.permissions import Role
from tests.gateway.conftest import Centre

EXAMPLES_A_ROUTE = 4
ENDLESS = {"/api/v1/stream", "/api/v1/session/end"}


@pytest.fixture(scope="module")
def schema(centre: Centre) -> Any:
    return schemathesis.openapi.from_dict(centre.api.get("/openapi.json"))


@pytest.mark.parametrize("mode", GenerationMode)
def test_no_request_is_answered_with_a_defect(
    centre: Centre, schema: Any, mode: GenerationMode
) -> None:
    made = centre.api.session_cookie("nguoi.ngau.nhien", *Role)
    cookie = f"{made['name']}={made['value']}"
    who = json.loads(centre.api.of(None).raw("/api/v1/session", headers={"Cookie": cookie})[1])
    headers = {"Cookie": cookie, "X-CSRF-Token": who["csrf"]}
    operations = [one.ok() for one in schema.get_all_operations()]
    asked = 0

    for operation in operations:
        if operation.path in ENDLESS:
            continue

        @given(operation.as_strategy(generation_mode=mode))
        @settings(
            max_examples=EXAMPLES_A_ROUTE,
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        )
        def attempt(case: Any) -> None:
            nonlocal asked
            asked += 1
            sent = case.call(
                base_url=f"http://127.0.0.1:{centre.api.port}", headers=headers, timeout=10
            )
            assert sent.status_code < 500 or sent.status_code == 503, (case, sent.text)
            if sent.status_code >= 400 and sent.request.method != "HEAD" and sent.text:
                assert isinstance(sent.json()["detail"], str)
                assert isinstance(sent.json()["code"], str)

        # Where a route takes nothing, there is nothing to get wrong.
        with contextlib.suppress(Unsatisfiable):
            attempt()

    assert asked > len(operations) / 2
    assert "Traceback" not in centre.process.log()

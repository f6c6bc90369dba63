"""The dashboards for Grafana ask for what the gateway writes, and a real engine answers them."""

import contextlib
import http.client
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import yaml

from gateway.stores.interface import StoredScan
from gateway.stores.line_protocol import MEASUREMENT, SET_ASIDE, VALUE, LineWriter
from quantrac_core.contracts.messages import Reading
from quantrac_core.contracts.quality import STATE_CODE, Quality, State
from tests.gateway.station import now_ms
from tests.peers.influx_shim import InfluxShim, create_database
from tests.peers.process import running
from tests.peers.stores import influxd

GRAFANA = Path(__file__).parents[2] / "configs" / "grafana"
BOARDS = {"influxql": "quantrac-influxql.json", "flux": "quantrac-flux.json"}
KINDS = list(BOARDS)


def dashboard(kind: str) -> dict[str, Any]:
    board: dict[str, Any] = json.loads((GRAFANA / "dashboards" / BOARDS[kind]).read_text())
    return board


def queries(kind: str) -> dict[str, str]:
    """Return the query of every panel by its title."""
    return {panel["title"]: panel["targets"][0]["query"] for panel in dashboard(kind)["panels"]}


def written(seq: int = 1, at_ms: int = 1_000) -> StoredScan:
    """Return a scan that makes every field appear: a value, one set aside, and a back-fill."""
    readings = [
        Reading("cod", 52.5, "mg/l", State.MEASURING, Quality.SUSPECT),
        Reading("ph", 7.0, "", State.CALIBRATING, Quality.GOOD),
    ]
    return StoredScan("thanh-hai", at_ms, seq, seq, True, 0, readings)


def names_written() -> tuple[set[str], set[str]]:
    """Return the tags and the fields of the gateway's own line protocol."""
    tags, fields = set(), set()
    for line in LineWriter().encode([written()]).decode().splitlines():
        head, body, _ = line.split(" ")
        measurement, *pairs = head.split(",")
        assert measurement == MEASUREMENT
        tags |= {pair.split("=")[0] for pair in pairs}
        fields |= {pair.split("=")[0] for pair in body.split(",")}
    return tags, fields


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A real engine with ten minutes of the gateway's own lines in it."""
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(running(influxd(tmp_path_factory.mktemp("grafana"))))
        assert server.port is not None
        create_database(server.port, "quantrac")
        shim = stack.enter_context(InfluxShim(server.port))
        begin_ms = now_ms() - 600_000
        scans = [written(seq, begin_ms + seq * 1_000) for seq in range(1, 600)]
        connection = http.client.HTTPConnection("127.0.0.1", shim.port, timeout=10)
        path = "/api/v2/write?bucket=quantrac&precision=ms"
        connection.request("POST", path, LineWriter().encode(scans))
        assert connection.getresponse().status == 204
        yield server.port


def ask(port: int, query: str) -> list[dict[str, Any]]:
    """Return the series that the engine answers to a query as Grafana fills it in."""
    for macro, text in {
        "$timeFilter": "time >= now() - 1h",
        "$__interval": "1m",
        "${station:regex}": "(thanh-hai)",
        "${channel:regex}": ".*",
    }.items():
        query = query.replace(macro, text)
    assert "$" not in re.sub(r"\$/", "", query), query
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", f"/query?db=quantrac&epoch=ms&q={quote(query)}")
    answer = json.loads(connection.getresponse().read())
    assert "error" not in answer["results"][0], answer
    series: list[dict[str, Any]] = answer["results"][0].get("series", [])
    return series


@pytest.mark.parametrize("title", queries("influxql"))
def test_every_influxql_panel_is_answered_by_a_real_engine(engine: int, title: str) -> None:
    series = ask(engine, queries("influxql")[title])
    values = [row[1] for one in series for row in one["values"] if row[1] is not None]
    assert values, title
    assert all(one["tags"].keys() == {"station", "channel"} for one in series)


def test_means_leave_out_what_was_not_measured(engine: int) -> None:
    first = next(iter(queries("influxql").values()))
    shown = {
        one["tags"]["channel"]: {row[1] for row in one["values"]} - {None}
        for one in ask(engine, first)
    }
    assert shown["cod"] == {52.5}
    assert not shown.get("ph")


def test_variables_list_stations_and_channels(engine: int) -> None:
    lists = [
        {row[1] for one in ask(engine, variable["query"]) for row in one["values"]}
        for variable in dashboard("influxql")["templating"]["list"]
    ]
    assert lists == [{"thanh-hai"}, {"cod", "ph"}]


def test_flux_names_only_what_the_gateway_writes() -> None:
    tags, fields = names_written()
    variables = [one["query"] for one in dashboard("flux")["templating"]["list"]]
    for query in [*queries("flux").values(), *variables]:
        assert set(re.findall(r'(?:_measurement ==|measurement:) "(\w+)"', query)) == {MEASUREMENT}
        assert set(re.findall(r'r\._field == "(\w+)"', query)) <= fields
        assert set(re.findall(r"r\.([a-z]\w*)", query)) <= tags
        assert set(re.findall(r'tag: "(\w+)"', query)) <= tags
    assert {VALUE, SET_ASIDE} <= fields


@pytest.mark.parametrize("kind", KINDS)
def test_panels_use_the_data_source_that_is_provisioned(kind: str) -> None:
    file = GRAFANA / "provisioning" / "datasources" / "quantrac.yaml"
    sources = {one["uid"] for one in yaml.safe_load(file.read_text())["datasources"]}
    panels = dashboard(kind)["panels"]
    assert {panel["datasource"]["uid"] for panel in panels} <= sources
    assert queries("flux").keys() == queries("influxql").keys()


@pytest.mark.parametrize("kind", KINDS)
def test_every_state_has_its_word(kind: str) -> None:
    mappings = [
        mapping
        for panel in dashboard(kind)["panels"]
        for mapping in panel["fieldConfig"]["defaults"].get("mappings", [])
    ]
    assert [set(one["options"]) for one in mappings] == [
        {str(code) for code in STATE_CODE.values()}
    ]


def test_no_secret_stands_in_the_files() -> None:
    file = (GRAFANA / "provisioning" / "datasources" / "quantrac.yaml").read_text()
    secrets = [list(one["secureJsonData"].values()) for one in yaml.safe_load(file)["datasources"]]
    assert all("$QUANTRAC_INFLUX_TOKEN" in text for texts in secrets for text in texts)


def test_dashboards_are_provided_from_files_that_nobody_edits_in_the_browser() -> None:
    file = GRAFANA / "provisioning" / "dashboards" / "quantrac.yaml"
    (provider,) = yaml.safe_load(file.read_text())["providers"]
    assert provider["type"] == "file"
    assert Path(provider["options"]["path"]).is_absolute()
    assert not any(dashboard(kind)["editable"] for kind in KINDS)

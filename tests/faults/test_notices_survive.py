"""Kill the gateway while it tells people, take their receivers away: everybody is told, in order.

At least once means: whoever was in hand at a kill may come twice, under the same id.
"""

import contextlib
import json
import random
import sqlite3
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from quantrac_core.contracts.messages import ms_from_utc, utc_from_ms
from tests.gateway.conftest import Centre
from tests.gateway.notification.conftest import add_recipient
from tests.gateway.station import FakeStation, now_ms
from tests.peers.http_sink import HttpSink, http_sink
from tests.peers.process import free_port, until
from tests.peers.smtp_sink import MailSink, smtp_sink

pytestmark = [pytest.mark.faults, pytest.mark.timeout(300)]
IOC = {"kind": "webhook", "name": "ioc"}
OTHER = {"kind": "webhook", "name": "other"}
LAN = {"kind": "email", "address": "lan@example.vn"}
KILLS = 5
AT_A_TIME = 2
"""Deliveries that one sink has in hand, and that a kill may therefore double."""
PATIENT = {"timeout_s": 50.0}
"""Nobody is tried twice because of silence: only a kill may double anything."""
soon = partial(until, within_s=60.0)
QUIET = {"station_delay_s": 86_400.0, "notices_delay_s": 86_400.0}


class Plant:
    """Stations that raise alarms and take them back, numbered as their outbox does."""

    def __init__(self, connect: Callable[[str], FakeStation], *names: str) -> None:
        self.since = utc_from_ms(now_ms())
        self._stations = [connect(name) for name in names]
        self._seqs = [0] * len(names)
        for station in self._stations:
            station.send(station.birth(heartbeat_s=60.0))

    def send(self, number: int, transition: str, level: str = "limit") -> str:
        """Send a transition of alarm ``number``; return what the notices call the alarm."""
        place = number % len(self._stations)
        station = self._stations[place]
        self._seqs[place] += 1
        alarm = f"cod{number}.high.{level}.value"
        more = {"alarm": alarm, "level": level}
        station.send(station.alarm(self._seqs[place], transition, self.since, **more))
        return f"alarm:{station.station}.{alarm}.{ms_from_utc(self.since)}"


def heard(sink: HttpSink) -> list[dict[str, Any]]:
    return [json.loads(one.body) for one in sink.accepted()]


def phase_of(event: dict[str, Any]) -> str:
    return str(event["type"]).rpartition(".")[2]


def ids_in_list(centre: Centre, recipient: str) -> list[str]:
    found = centre.api.get("/notification/deliveries", recipient=recipient, limit="500")
    return [one["id"] for one in reversed(found["deliveries"])]


def without_repeats(ids: list[str]) -> list[str]:
    return list(dict.fromkeys(ids))


def all_sent(centre: Centre) -> bool:
    counts = centre.api.get("/notification")
    return counts["waiting"] == 0 and counts["sent"] > 0


def restart(centre: Centre) -> None:
    centre.process.start()
    soon(lambda: centre.api.get("/health")["checks"]["mqtt"]["ok"], told_by=centre.process.log)


def test_killed_again_and_again_in_mid_delivery_nobody_misses_a_beginning_or_an_end(
    new_centre: Callable[..., Centre],
    section: Callable[..., dict[str, Any]],
    new_station: Callable[[str], FakeStation],
    hook: HttpSink,
    mails: MailSink,
) -> None:
    moments = random.Random(20261130)
    centre = new_centre(notification=section(hook, mails, **PATIENT), alarms=QUIET)
    add_recipient(centre, "ioc", [IOC], mode="system")
    add_recipient(centre, "lan", [LAN], mode="system")
    plant = Plant(new_station, "kill-a", "kill-b", "kill-c")
    alarms: list[str] = []
    for kill in range(KILLS):
        hook.hang()
        mails.hang()
        at_hook, at_mails = hook.arrivals, len(mails.mails)
        for number in range(3 * kill, 3 * kill + 3):
            alarms.append(plant.send(number, "raised"))
            if number >= 3:
                plant.send(number - 3, "returned")
        soon(lambda: hook.arrivals > at_hook, told_by=centre.process.log)  # noqa: B023
        soon(lambda: len(mails.mails) > at_mails, told_by=centre.process.log)  # noqa: B023
        if moments.random() < 0.5:
            hook.release()
        centre.process.kill()
        hook.release()
        mails.release()
        restart(centre)
    for number in range(3 * KILLS - 3, 3 * KILLS):
        plant.send(number, "returned")
    total = 2 * len(alarms)
    soon(
        lambda: centre.api.get("/notification")["sent"] == 2 * total,
        told_by=lambda: f"{centre.process.log()}\n{centre.api.get('/notification')}",
    )

    events = heard(hook)
    of_mails = [str(mail["X-Quantrac-Id"]) for mail in mails.mails]
    for recipient, arrived in (("ioc", [event["id"] for event in events]), ("lan", of_mails)):
        queued = ids_in_list(centre, recipient)
        assert sorted(queued) == sorted(set(arrived)), recipient
        assert len(queued) == total
        assert len(arrived) - total <= KILLS * AT_A_TIME, Counter(arrived)
    firsts = {event["id"]: event for event in reversed(events)}
    told = [(event["subject"], phase_of(event)) for event in firsts.values()]
    assert sorted(told) == sorted((alarm, phase) for alarm in alarms for phase in PHASES)
    for alarm in alarms:
        phases = [phase_of(event) for event in events if event["subject"] == alarm]
        assert phases == sorted(phases), "a beginning never comes after its end"
    assert {mail["Message-ID"] for mail in mails.mails} == {
        f"<{one}@example.vn>" for one in of_mails
    }


PHASES = ("firing", "resolved")


def test_a_kill_between_repetitions_steps_and_shelves_goes_on_from_where_it_was(
    new_centre: Callable[..., Centre],
    section: Callable[..., dict[str, Any]],
    new_station: Callable[[str], FakeStation],
    hook: HttpSink,
    tmp_path: Path,
) -> None:
    pace = {"escalate_after_s": 6.0, "repeat_after_s": 2.0, "max_repeats": 4}
    with http_sink() as other:
        notification = section(hook, other=other, **PATIENT, pace={"high": pace})
        centre = new_centre(notification=notification, alarms=QUIET)
        add_recipient(centre, "ioc", [IOC], mode="system")
        add_recipient(centre, "chief", [OTHER], mode="system", rules=[{"step": 2}])
        plant = Plant(new_station, "pace-a")
        sent = [plant.send(number, "raised") for number in (1, 2, 3)]
        shelved, kept, taken = (one.partition(":")[2] for one in sent)
        soon(lambda: len(heard(hook)) >= 3, told_by=centre.process.log)
        for alarm, for_s in ((shelved, 60), (kept, 3_600)):
            body = {"why": "kiểm tra", "for_s": for_s}
            assert centre.api.post(f"/alarms/{alarm}/shelve", body)[0] == 200
        assert centre.api.post(f"/alarms/{taken}/ack", {"note": ""})[0] == 200
        running = plant.send(4, "raised")
        soon(lambda: rounds(hook, running) == [0, 1], told_by=centre.process.log)
        centre.process.kill()
        before = progress(tmp_path, running)
        end_shelf(tmp_path, shelved)

        restart(centre)
        soon(lambda: progress(tmp_path, running)["repeats"] > before["repeats"])
        after = progress(tmp_path, running)
        assert after["step"] == 2 or after["steps_at_ms"] == before["steps_at_ms"]
        soon(lambda: progress(tmp_path, running)["repeats"] == 4, told_by=centre.process.log)
        soon(lambda: progress(tmp_path, running)["step"] == 2, told_by=centre.process.log)
        centre.process.kill()
        restart(centre)
        soon(lambda: 0 in rounds(other, running), told_by=centre.process.log)
        soon(lambda: all_sent(centre), told_by=centre.process.log)

        assert without_repeats(rounds(hook, running)) == [0, 1, 2, 3, 4]
        times = [one["time"] for one in of(hook, running)]
        assert times == sorted(times)
        at_s = sorted({datetime.fromisoformat(one).timestamp() for one in times})
        gaps_s = [late - early for early, late in pairwise(at_s)]
        assert min(gaps_s) >= 2.0, "no repetition comes before its time"
        soon(lambda: centre.api.get(f"/alarms/{shelved}")["silenced_by"] is None)
        flags = {name: centre.api.get(f"/alarms/{name}") for name in (shelved, kept, taken)}
        assert flags[shelved]["shelved"] is None
        assert flags[kept]["silenced_by"] == "shelved"
        assert flags[taken]["acknowledged"] is True
        assert rounds(hook, f"alarm:{kept}") == [0]
        assert rounds(other, f"alarm:{kept}") == []
        assert set(rounds(other, f"alarm:{taken}")) == set()


def of(sink: HttpSink, alarm: str) -> list[dict[str, Any]]:
    return [one for one in heard(sink) if one["subject"] == alarm and phase_of(one) == "firing"]


def rounds(sink: HttpSink, alarm: str) -> list[int]:
    return [one["data"]["items"][0]["round"] for one in of(sink, alarm)]


def progress(folder: Path, alarm: str) -> dict[str, Any]:
    file = f"file:{folder / 'gateway.db'}?mode=ro"
    with contextlib.closing(sqlite3.connect(file, uri=True)) as database:
        found = database.execute("SELECT progress FROM notice_incident WHERE id = ?", [alarm])
        kept: dict[str, Any] = json.loads(found.fetchone()[0])
    return kept


def end_shelf(folder: Path, alarm: str) -> None:
    """Let a shelf's time run out while no gateway runs."""
    with contextlib.closing(sqlite3.connect(folder / "gateway.db")) as database:
        changed = database.execute(
            "UPDATE alarm_shelf SET shelved_until_ms = shelved_at_ms + 1 WHERE alarm_id = ?",
            [alarm],
        )
        assert changed.rowcount == 1
        database.commit()


def test_receivers_that_are_away_for_a_whole_outage_get_it_all_in_order_and_put_together(
    new_centre: Callable[..., Centre],
    section: Callable[..., dict[str, Any]],
    new_station: Callable[[str], FakeStation],
    certificate: tuple[Path, Path],
    hook: HttpSink,
) -> None:
    mail_port, hook_port = free_port(), free_port()
    away = MailSink(mail_port)
    notification = section(hook, away, group_wait_s=1.0)
    notification["webhooks"]["other"] = {
        **notification["webhooks"]["ioc"],
        "url": f"http://127.0.0.1:{hook_port}/events",
    }
    centre = new_centre(notification=notification, alarms=QUIET)
    add_recipient(centre, "ioc", [IOC], mode="system")
    add_recipient(centre, "other", [OTHER], mode="system")
    add_recipient(centre, "lan", [LAN])
    plant = Plant(new_station, "away-a", "away-b")
    alarms = [plant.send(number, "raised", "warn") for number in range(8)]
    soon(lambda: waiting_things(centre, "lan") == 8, told_by=centre.process.log)
    centre.process.kill()
    for number in range(8):
        plant.send(number, "returned", "warn")
    restart(centre)
    soon(lambda: len(heard(hook)) >= 16, told_by=centre.process.log)
    soon(lambda: waiting_things(centre, "lan") == 16, told_by=centre.process.log)
    expected = {name: ids_in_list(centre, name) for name in ("other", "lan")}

    with http_sink(port=hook_port) as other, smtp_sink(certificate, mail_port) as mails:
        soon(lambda: all_sent(centre), told_by=centre.process.log)

        arrived = [event["id"] for event in heard(other)]
        assert arrived == expected["other"], "in the order of the queue, each once"
        subjects = Counter((one["subject"], phase_of(one)) for one in heard(other))
        assert subjects == Counter((alarm, phase) for alarm in alarms for phase in PHASES)
        came = [str(mail["X-Quantrac-Id"]) for mail in mails.mails]
        assert came == expected["lan"]
        assert len(came) < 16, "what came together left together"


def waiting_things(centre: Centre, recipient: str) -> int:
    """Return of how many things the messages speak that wait for a recipient."""
    shown = centre.api.get("/notification/deliveries", recipient=recipient, state="waiting")
    titles = [one["title"].partition(" thông báo") for one in shown["deliveries"]]
    return sum(int(number) if rest else 1 for number, rest, _ in titles)

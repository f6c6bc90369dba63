"""What the routes may use, handed in by the composition root."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, cast

from fastapi import Depends, Request

from gateway.api.map_settings import MapSettings
from gateway.api.models import Check
from gateway.database.custody_watch import CustodyWatch
from gateway.database.engine import Database
from gateway.evidence.opening import Evidence
from gateway.live.board import Board
from gateway.live.camera_board import CameraBoard
from gateway.metrics import GatewayMetrics
from gateway.notification.notifier import Notifier
from gateway.reports.desk import ReportDesk
from gateway.sign_in.opening import SignIn
from gateway.stores.interface import Store
from gateway.threads import WorkerThreads


@dataclass(frozen=True)
class Services:
    """The parts of the running gateway that answer requests.

    Args:
        evidence: None where no folder is configured.
        knows_camera: tells whether a camera may speak.
        checks: tells by name what works and what does not.
        now_s: monotonic seconds.
        web_folder: the built page; may be absent.
    """

    board: Board
    camera_board: CameraBoard
    store: Store
    database: Database
    custody: CustodyWatch
    metrics: GatewayMetrics
    threads: WorkerThreads
    sign_in: SignIn
    evidence: Evidence | None
    notifier: Notifier
    knows_camera: Callable[[str], bool]
    checks: Callable[[], dict[str, Check]]
    now_s: Callable[[], float]
    started_at: datetime
    version: str
    web_folder: Path
    map: MapSettings
    reports: ReportDesk | None = None


def _services(request: Request) -> Services:
    return cast(Services, request.app.state.services)


InjectedServices = Annotated[Services, Depends(_services)]

"""Composition root of `quantrac-vision`: builds the cameras' parts and runs them."""

import argparse
import asyncio
import importlib.metadata
import logging
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

from quantrac_core.contracts.errors import ConfigError, ConfigErrors
from quantrac_core.contracts.identifiers import new_random_id
from quantrac_core.contracts.messages import ClockState
from quantrac_core.runtime import systemd
from quantrac_core.runtime.backoff import Backoff
from quantrac_core.runtime.clock import SystemClock
from quantrac_core.runtime.clock_sync import kernel_clock_synchronised
from quantrac_core.runtime.data_folder import claim_data_folder
from quantrac_core.runtime.leaving import leave
from quantrac_core.runtime.logs import configure_logging
from quantrac_core.runtime.memory import map_large_blocks, return_unused_memory, use_one_arena
from quantrac_core.runtime.program import report_errors, run_program
from quantrac_core.runtime.tasks import TaskScope
from vision.commands import calibrate, model, preview
from vision.commands.live_picture import grab_picture
from vision.delivery.camera_outbox import CameraOutbox
from vision.delivery.centre_client import CentreClient
from vision.delivery.upload_queue import UploadQueue
from vision.delivery.uploader import Uploader
from vision.detection.detector import Detector
from vision.detection.errors import ModelRefused
from vision.detection.opening import open_detector
from vision.evidence.manifest import Provenance
from vision.evidence.retention import EvidenceKeeper
from vision.evidence.signing import open_device_key
from vision.evidence.store import EvidenceStore
from vision.pipeline.camera_program import CameraProgram, SharedEvidence
from vision.pipeline.evidence_care import EvidenceCare
from vision.settings import VisionSettings, config_sha256, load_vision_settings

log = logging.getLogger("vision.app")
WORKERS = 4
WIND_UP_S = 3.0
PICTURE_BYTES = 2 * 1024 * 1024
"""From here on a block is likely a whole picture of a camera."""


async def serve(settings: VisionSettings, config_file: Path, stop: asyncio.Event) -> None:
    """Run every camera until ``stop`` is set; then end in order, within some seconds."""
    # Whatever cannot be opened, what is open already has threads that must end.
    async with AsyncExitStack() as opened:
        care, uploader, cameras = await _open_parts(settings, config_file, opened)
        async with TaskScope() as tasks:
            await care.recover()
            for camera in cameras:
                await camera.end_what_was_left_open()
                camera.start(tasks)
            tasks.start("uploads", uploader.run, Backoff())
            tasks.start("evidence-care", care.run, Backoff())
            tasks.start(
                "watchdog",
                lambda: systemd.feed_watchdog(lambda: all(it.is_turning() for it in cameras)),
            )
            return_unused_memory()
            log.info("watching %s", ", ".join(camera.id for camera in cameras))
            systemd.notify("READY=1")
            try:
                await tasks.wait(stop)
            finally:
                await _wind_up(cameras)


async def _open_parts(
    settings: VisionSettings, config_file: Path, opened: AsyncExitStack
) -> tuple[EvidenceCare, Uploader, list[CameraProgram]]:
    """Open what the cameras share, then the cameras; ``opened`` closes it in reverse order."""
    clock = SystemClock()
    loop = asyncio.get_running_loop()
    threads = ThreadPoolExecutor(WORKERS, thread_name_prefix="work")
    opened.callback(threads.shutdown, wait=False, cancel_futures=True)
    detector = await loop.run_in_executor(threads, partial(_open_detector, settings, config_file))
    opened.callback(detector.close)
    _check_labels(settings, detector, config_file)
    software = f"quantrac {importlib.metadata.version('quantrac')}"
    boot_id = new_random_id()
    key = open_device_key(settings.data_dir / "keys")
    store = EvidenceStore(settings.data_dir / "evidence")
    uploads = UploadQueue(settings.data_dir / "uploads.sqlite")
    opened.push_async_callback(uploads.close)
    client = CentreClient(settings.centre)
    opened.push_async_callback(client.close)
    care = EvidenceCare(
        store, EvidenceKeeper(store, settings.evidence), uploads, clock, kernel_clock_synchronised
    )
    opened.push_async_callback(asyncio.to_thread, care.close)
    provenance = Provenance(
        detector.info.name, detector.info.sha256, config_sha256(config_file), software
    )
    evidence = SharedEvidence(settings.evidence, care, uploads, key, provenance, threads)
    cameras = []
    for camera in settings.cameras:
        folder = settings.data_dir / "cameras" / camera.id
        outbox = CameraOutbox(folder, camera.id, boot_id, settings.delivery)
        opened.push_async_callback(outbox.close)
        program = CameraProgram(
            camera,
            mqtt=settings.mqtt,
            delivery=settings.delivery,
            calendars=settings.calendars,
            outbox=outbox,
            detector=detector,
            client=client,
            evidence=evidence,
            clock=clock,
            clock_state=_clock_state,
        )
        cameras.append(program)
    return care, Uploader(uploads, client, store.folder, settings.delivery, clock), cameras


async def _wind_up(cameras: list[CameraProgram]) -> None:
    """End the cameras' threads, then store and tell what is in hand, for a bounded time."""
    await asyncio.gather(*(asyncio.to_thread(camera.stop_watching) for camera in cameras))
    try:
        async with asyncio.timeout(WIND_UP_S):
            await asyncio.gather(*(camera.wind_up() for camera in cameras))
    except TimeoutError:
        log.warning("not all evidence was finished; what is on disk is sent after the next start")
    # Whatever became of the evidence, nobody may think that the cameras are still watched.
    await asyncio.gather(*(camera.say_goodbye() for camera in cameras))


def _open_detector(settings: VisionSettings, config_file: Path) -> Detector:
    # The measured plan belongs to this machine, not to the model's folder, which may be read-only.
    cache_dir = settings.model.cache_dir or settings.data_dir / "cache"
    try:
        return open_detector(settings.model.model_copy(update={"cache_dir": cache_dir}))
    except ModelRefused as error:
        # A person has to choose another model or device: starting again would not help.
        value = str(settings.model.path)
        allowed = f"a model that sees ({error.problem}; {error.advice})"
        raise ConfigErrors([ConfigError(str(config_file), "model", value, allowed)]) from error


def _check_labels(settings: VisionSettings, detector: Detector, config_file: Path) -> None:
    """Refuse rules about what the model does not report; only the model itself knows all of it."""
    faults = [
        ConfigError(
            str(config_file),
            f"cameras.{number}.rules.{rule.id}.labels",
            label,
            f"what the model reports: {', '.join(detector.labels)}",
        )
        for number, camera in enumerate(settings.cameras)
        for rule in camera.rules
        for label in rule.label_names
        if label not in detector.labels
    ]
    if faults:
        raise ConfigErrors(faults)


def _clock_state() -> ClockState:
    return "synced" if kernel_clock_synchronised() else "unsynced"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="quantrac-vision", description="Watches cameras")
    parser.add_argument("--config", type=Path, help="YAML file of this machine's cameras")
    parser.add_argument("--check-config", action="store_true", help="load it, say so, and end")
    parser.add_argument(
        "--log-level", default="INFO", choices=["DEBUG", "INFO", "WARNING", "ERROR"]
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    preview.add_parser(commands, grab_picture)
    calibrate.add_parser(commands)
    model.add_parser(commands)
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Entry point of ``quantrac-vision``; returns the exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    configure_logging(options.log_level)
    if "run" in options:
        code: int = options.run(options)
        return code
    if options.config is None:
        parser.error("--config FILE is required")
    if options.check_config:
        return report_errors(lambda: _check(options.config))

    # Before the first thread: later threads keep the arenas that they have.
    use_one_arena()
    map_large_blocks(PICTURE_BYTES)

    async def body(stop: asyncio.Event) -> None:
        settings = load_vision_settings(options.config)
        claim_data_folder(settings.data_dir, "vision.lock", options.config, "vision")
        await serve(settings, options.config, stop)

    # A read that hangs inside FFmpeg outlives its camera by some seconds.
    return leave(run_program(body))


def _check(path: Path) -> None:
    settings = load_vision_settings(path)
    rules = sum(len(camera.rules) for camera in settings.cameras)
    print(f"{path}: good: {len(settings.cameras)} cameras, {rules} rules")


if __name__ == "__main__":
    sys.exit(main())

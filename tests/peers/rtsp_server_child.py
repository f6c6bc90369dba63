"""Runs in the system's Python, which has GStreamer: serves the mounts of a plan over RTSP."""

import json
import sys
import threading
import time
from pathlib import Path
from typing import Any

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer  # noqa: E402

MS = Gst.MSECOND


class Feeder:
    """Plays the units of one mount to one client in real time, on a thread of its own."""

    def __init__(self, source: Any, plan: dict[str, Any]) -> None:
        self._source = source
        self._plan = plan
        content = Path(plan["file"]).read_bytes()
        self._units = []
        offset = 0
        for size, pts_ms, send_ms in plan["units"]:
            self._units.append((content[offset : offset + size], pts_ms, send_ms))
            offset += size
        self._stop = threading.Event()
        threading.Thread(target=self._run, name="feeder", daemon=True).start()

    def stop(self) -> None:
        """Play no further; the client has left."""
        self._stop.set()

    def _run(self) -> None:
        began = time.monotonic() - self._plan["burst_ms"] / 1000
        loop = 0
        while self._plan["loops"] == 0 or loop < self._plan["loops"]:
            shift_ms = loop * self._plan["span_ms"]
            for data, pts_ms, send_ms in self._units:
                wait_s = began + (send_ms + shift_ms) / 1000 - time.monotonic()
                if self._stop.wait(max(0.0, wait_s)):
                    return
                buffer = Gst.Buffer.new_wrapped(data)
                buffer.pts = buffer.dts = int((pts_ms + shift_ms) * MS)
                if self._source.emit("push-buffer", buffer) != Gst.FlowReturn.OK:
                    return
            loop += 1
        if self._plan["at_end"] == "end":
            self._source.emit("end-of-stream")


class Factory(GstRtspServer.RTSPMediaFactory):
    """Makes the pipeline of one mount for each client."""

    def __init__(self, plan: dict[str, Any]) -> None:
        super().__init__()
        self._plan = plan
        codec = plan["codec"]
        self.set_shared(False)
        if codec == "audio":
            tone = "audiotestsrc is-live=true ! audio/x-raw,rate=8000,channels=1"
            self.set_launch(f"( {tone} ! mulawenc ! rtppcmupay name=pay0 pt=0 )")
            return
        parser = f"! {codec}parse " if plan["parse"] else ""
        self.set_launch(
            f"( appsrc name=src format=time is-live=true block=false max-bytes=0 "
            f"caps=video/x-{codec},stream-format=byte-stream,alignment=au "
            f"{parser}! rtp{codec}pay name=pay0 pt=96 config-interval=-1 )"
        )
        self.connect("media-configure", self._configured)

    def _configured(self, _factory: Any, media: Any) -> None:
        media.connect("new-state", lambda media, _state: unsynchronise(media))
        source = media.get_element().get_child_by_name("src")
        feeder = Feeder(source, self._plan)
        media.connect("unprepared", lambda _media: feeder.stop())


def unsynchronise(media: Any) -> None:
    """Let the times of a misbehaving camera go out as they are, not when they are due."""
    sinks = media.get_element().get_parent().iterate_sinks()
    while True:
        result, sink = sinks.next()
        if result != Gst.IteratorResult.OK:
            return
        if sink.find_property("sync"):
            sink.set_property("sync", False)


def allow(auth: Any, factory: Any, plan: dict[str, Any]) -> None:
    """Let only the mount's user in, or everybody where it has none."""
    role = plan["username"] or "anybody"
    may = "media.factory.access=(boolean)true, media.factory.construct=(boolean)true"
    factory.add_role_from_structure(Gst.Structure.new_from_string(f"{role}, {may}"))
    token = GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", role)
    if not plan["username"]:
        auth.set_default_token(token)
    elif plan["login"] == "basic":
        auth.add_basic(GstRtspServer.RTSPAuth.make_basic(plan["username"], plan["password"]), token)
    else:
        auth.add_digest(plan["username"], plan["password"], token)


def main() -> None:
    """Serve until killed."""
    plan = json.loads(Path(sys.argv[1]).read_text())
    Gst.init(None)
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(str(plan["port"]))
    mounts = server.get_mount_points()
    locked = any(mount["username"] for mount in plan["mounts"].values())
    auth = GstRtspServer.RTSPAuth()
    for path, mount in plan["mounts"].items():
        factory = Factory(mount)
        if locked:
            allow(auth, factory, mount)
        mounts.add_factory(path, factory)
    if locked:
        basic = any(mount["login"] == "basic" for mount in plan["mounts"].values())
        methods = GstRtsp.RTSPAuthMethod
        auth.set_supported_methods(methods.BASIC if basic else methods.DIGEST)
        server.set_auth(auth)
    server.attach(None)
    GLib.MainLoop().run()


if __name__ == "__main__":
    main()

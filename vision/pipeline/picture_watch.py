"""What is judged on whole pictures: things left behind and reasons for distrust."""

from collections.abc import Sequence

from vision.scene.distrust import DistrustFinding
from vision.scene.frame import Frame
from vision.scene.still_object import StillObject
from vision.scene.track import Track
from vision.settings import CameraSettings


class ZonePictureWatch:
    """The still things in the zones of one camera, and its trust."""

    def __init__(self, camera: CameraSettings) -> None:
        self._camera = camera

    def still_objects(self, frame: Frame, tracks: Sequence[Track]) -> Sequence[StillObject]:
        return ()

    def distrust(self, frame: Frame) -> Sequence[DistrustFinding]:
        return ()

"""The configuration of attention: rates, the sweep, motion, and what overload gives up."""

from pydantic import Field, model_validator

from quantrac_core.config.strict import StrictModel


class MotionSettings(StrictModel):
    """How motion is judged.

    Args:
        min_contrast: grey levels (of 255) by which an object differs at least from what was there,
            at the scale of the smallest object.
        learn_s: time in which what stands still in the background is learnt.
        forget_s: time in which what moved in and stays becomes background.
        max_sway_px: how far wind may move the picture, px of the camera.
        scene_change_share: if more of the picture than this changes at once, it is another scene
            (lights, day to night vision, camera turned): learnt anew, everything looked at.
    """

    min_contrast: float = Field(default=3.0, ge=1, le=100)
    learn_s: float = Field(default=10.0, ge=1, le=600)
    forget_s: float = Field(default=40.0, ge=1, le=3600)
    max_sway_px: float = Field(default=20.0, ge=0, le=200)
    scene_change_share: float = Field(default=0.35, gt=0, le=1)


class OverloadSettings(StrictModel):
    """When the ladder is climbed and descended; see `vision.attention.overload`.

    Args:
        high_lag_s, low_lag_s: picture taken to decision; above the first is too slow, below the
            second is calm.
        high_busy, low_busy: share of the time in which the detector had work waiting.
        climb_after_s: how long it must be too slow for one step.
        calm_after_s: how long it must be calm for one step back.
    """

    high_lag_s: float = Field(default=0.8, gt=0, le=60)
    low_lag_s: float = Field(default=0.4, gt=0, le=60)
    high_busy: float = Field(default=0.95, gt=0, le=1)
    low_busy: float = Field(default=0.7, gt=0, le=1)
    climb_after_s: float = Field(default=2.0, gt=0, le=600)
    calm_after_s: float = Field(default=15.0, gt=0, le=3600)

    @model_validator(mode="after")
    def _in_order(self) -> "OverloadSettings":
        if self.low_lag_s >= self.high_lag_s:
            raise ValueError("low_lag_s below high_lag_s")
        if self.low_busy >= self.high_busy:
            raise ValueError("low_busy below high_busy")
        return self


class AttentionSettings(StrictModel):
    """Section ``attention`` of a camera.

    Args:
        idle_fps: pictures a second in which motion is looked for while nothing moves.
        active_fps: pictures a second that are analysed where something moves or is tracked.
        sweep_s: every view is analysed at least this often, so that what stands is found.
        report_within_s: an object that walks in is reported at the latest after this time.
        confirm_s: part of it that confirming takes at ``active_fps``.
        hold_s: how long a view stays active after its last motion or track.
        still_after_s: what is followed but has not moved for this long no longer keeps its view
            active; the sweep looks after it until it moves.
        barren_after_s: motion that shows no object for this long (rain, leaves) is looked at
            only as often as an idle camera, until something is tracked there.
    """

    idle_fps: float = Field(default=1.0, ge=0.1, le=30)
    active_fps: float = Field(default=5.0, ge=0.5, le=60)
    sweep_s: float = Field(default=10.0, ge=1, le=600)
    report_within_s: float = Field(default=1.5, ge=0.3, le=60)
    confirm_s: float = Field(default=0.45, ge=0, le=30)
    hold_s: float = Field(default=3.0, ge=0.2, le=60)
    still_after_s: float = Field(default=5.0, ge=0, le=600)
    barren_after_s: float = Field(default=6.0, ge=1, le=600)
    motion: MotionSettings = Field(default_factory=MotionSettings)
    overload: OverloadSettings = Field(default_factory=OverloadSettings)

    @model_validator(mode="after")
    def _rates_in_order(self) -> "AttentionSettings":
        if self.idle_fps > self.active_fps:
            raise ValueError("idle_fps not above active_fps")
        if self.confirm_s >= self.report_within_s:
            raise ValueError("confirm_s below report_within_s")
        return self

    @property
    def idle_interval_s(self) -> float:
        """The longest time between two pictures of an idle camera that keeps the promise."""
        return min(1 / self.idle_fps, self.report_within_s - self.confirm_s)

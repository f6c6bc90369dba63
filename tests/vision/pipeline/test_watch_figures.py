"""How well a camera is watched, in figures."""

from vision.pipeline.watch_figures import WatchFigures, WatchMeter


def test_ten_seconds_of_five_frames_a_second_are_five_fps_with_their_mean_lag() -> None:
    meter = WatchMeter()
    for number in range(100):
        meter.analysed(number / 5, 0.1 if number % 2 else 0.3, 2)
    figures = meter.figures(99 / 5)
    assert 4.9 <= figures.fps <= 5.2
    assert figures.lag_s == 0.2
    assert figures.skipped_views == 2


def test_a_camera_that_is_not_analysed_any_more_has_no_figures() -> None:
    meter = WatchMeter()
    meter.analysed(0.0, 0.1, 0)
    assert meter.figures(60.0) == WatchFigures()


def test_a_camera_that_has_just_begun_is_not_called_slow() -> None:
    meter = WatchMeter()
    for number in range(6):
        meter.analysed(number / 5, 0.1, 0)
    assert meter.figures(1.0).fps == 6.0

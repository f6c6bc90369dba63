"""Masks hide the same place in every stream of a camera, and nothing is shown before they can."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vision.evidence.picture_masks import MasksNotReady, PictureMasks
from vision.evidence.settings import MaskSettings

SQUARE = MaskSettings(name="nha-dan", points=[(100, 100), (300, 100), (300, 200), (100, 200)])
OF_1080P = SQUARE.model_copy(update={"picture_px": (1920, 1080)})


def hidden_share(masks: PictureMasks, width: int, height: int) -> tuple[float, float, float, float]:
    """Return the hidden rectangle as shares of width and height."""
    burnt = masks.burn(np.full((height, width, 3), 255, np.uint8))
    rows, columns = np.nonzero(burnt[:, :, 0] == 0)
    return (
        columns.min() / width,
        rows.min() / height,
        (columns.max() + 1) / width,
        (rows.max() + 1) / height,
    )


@given(width=st.integers(160, 1600), height=st.integers(120, 1200))
def test_a_mask_hides_the_same_share_of_every_size_of_picture(width: int, height: int) -> None:
    masks = PictureMasks([SQUARE], lambda: (640, 480))
    shown = hidden_share(masks, width, height)
    wanted = (100 / 640, 100 / 480, 300 / 640, 200 / 480)
    assert shown == pytest.approx(wanted, abs=2 / min(width, height))


def test_a_mask_that_names_its_picture_needs_no_stream() -> None:
    masks = PictureMasks([OF_1080P], lambda: None)
    assert hidden_share(masks, 960, 540) == pytest.approx(
        (100 / 1920, 100 / 1080, 300 / 1920, 200 / 1080), abs=0.003
    )


def test_nothing_is_shown_before_it_is_known_where_the_masks_lie() -> None:
    sizes = iter([None, (640, 480)])
    masks = PictureMasks([SQUARE], lambda: next(sizes))
    picture = np.full((480, 640, 3), 255, np.uint8)
    with pytest.raises(MasksNotReady):
        masks.burn(picture)
    assert masks.burn(picture)[150, 200].tolist() == [0, 0, 0]


def test_a_stream_that_changes_its_size_does_not_move_the_masks() -> None:
    sizes = [(640, 480)]
    masks = PictureMasks([SQUARE], lambda: sizes[-1])
    before = hidden_share(masks, 640, 480)
    sizes.append((1280, 960))
    assert hidden_share(masks, 1280, 960) == pytest.approx(before, abs=0.003)


def test_a_mask_that_would_hide_nothing_is_told() -> None:
    away = MaskSettings(points=[(700, 10), (800, 10), (800, 90)])
    assert PictureMasks([away], lambda: None).faults() == []
    (fault,) = PictureMasks([SQUARE, away], lambda: (640, 480)).faults()
    assert "masks.1" in fault
    assert "640 × 480" in fault
    assert not PictureMasks([], lambda: (640, 480))

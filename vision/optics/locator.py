"""From boxes in views to sightings: merged, with bearing, size and place on the ground."""

from collections.abc import Collection, Mapping, Sequence

import numpy as np

from vision.optics.angle_boxes import AngleBoxes, to_angles
from vision.optics.arrays import Floats, OpticsFault
from vision.optics.directions import bearing_depression, nadir_plane
from vision.optics.local_plane import LocalPlane
from vision.optics.merging import NO_KIN, Candidate, Merged, merge
from vision.optics.plan import ViewPlan
from vision.optics.settings import MastSettings
from vision.optics.spaces import LEAST_DEPRESSION_DEG, Spaces
from vision.optics.views import whole_picture
from vision.scene.detection import Detection
from vision.scene.sighting import GROUND, PANORAMA, PICTURE, Place, Point, Sighting, view_space

_VIEW_MARGIN = 0.05


class Locator:
    """Turns what detectors found in one camera's views into sightings.

    Pure, and quick enough for hundreds of boxes a picture. Besides the plan's views it knows
    ``picture``, the camera's own picture, for boxes that were found there.

    Args:
        zone_views: names of the views in which zones are drawn.
        kin: class → name of the family of classes that detectors take for one another; what two
            of a family found in one place is one object.

    Raises:
        OpticsFault: if a zone lies in a view that does not exist.
    """

    def __init__(
        self,
        plan: ViewPlan,
        mast: MastSettings,
        *,
        zone_views: Collection[str] = (),
        kin: Mapping[str, str] = NO_KIN,
    ) -> None:
        self._kin = kin
        self._camera = plan.camera
        self._plane = LocalPlane(mast.lat, mast.lon)
        self._height_m = mast.height_m
        self._views = {view.name: view for view in plan.views}
        self._views[PICTURE] = whole_picture(plan.camera)
        unknown = sorted(set(zone_views) - set(self._views))
        if unknown:
            raise OpticsFault(
                f"a zone lies in the view {unknown[0]}, which does not exist; "
                f"expected one of {', '.join(view.name for view in plan.views)}"
            )
        self._zone_views = sorted(zone_views)
        self.spaces = Spaces(plan, mast)

    def see(self, detections: Sequence[Detection]) -> list[Sighting]:
        """Return one sighting for each object, best first.

        Raises:
            KeyError: if a detection names an unknown view.
        """
        if not detections:
            return []
        boxes = to_angles(detections, self._views, self._camera)
        outlines = boxes.plane_outlines()
        feet = nadir_plane(boxes.feet())
        merged = merge(
            [
                Candidate(
                    detection.label,
                    detection.score,
                    (detection.view,),
                    outlines[row],
                    feet[row],
                    bool(boxes.is_cut[row]),
                    detection.box,
                )
                for row, detection in enumerate(detections)
            ],
            self._kin,
        )
        return self._sightings(_rows(boxes, [one.index for one in merged]), merged)

    def see_apart(self, detections: Sequence[Detection]) -> list[Sighting]:
        """Return one sighting for each detection, in their order, without merging."""
        if not detections:
            return []
        boxes = to_angles(detections, self._views, self._camera)
        alone = [
            Merged(row, detection.score, (detection.view,))
            for row, detection in enumerate(detections)
        ]
        return self._sightings(boxes, alone)

    def _sightings(self, boxes: AngleBoxes, merged: Sequence[Merged]) -> list[Sighting]:
        feet = boxes.feet()
        centres = bearing_depression(boxes.centres).tolist()
        sizes = boxes.sizes_deg().tolist()
        places, grounds = self._places(feet)
        points = self._points(feet, grounds)
        return [
            Sighting(
                label=boxes.detections[row].label,
                score=one.score,
                bearing_deg=centre[0],
                depression_deg=centre[1],
                width_deg=size[0],
                height_deg=size[1],
                source_box=source_box,
                points=points[row],
                place=places[row],
                views=one.views,
            )
            for row, (one, centre, size, source_box) in enumerate(
                zip(merged, centres, sizes, boxes.source_boxes(self._camera), strict=True)
            )
        ]

    def _places(self, feet: Floats) -> tuple[list[Place | None], list[Point | None]]:
        bearing, depression = np.moveaxis(bearing_depression(feet), -1, 0)
        stands = depression >= LEAST_DEPRESSION_DEG
        with np.errstate(divide="ignore", invalid="ignore"):
            ground = np.where(stands[:, None], feet[:, :2] / -feet[:, 2:] * self._height_m, np.nan)
        latlon = self._plane.latlon(np.nan_to_num(ground))
        distance = np.hypot(ground[:, 0], ground[:, 1])
        rows = zip(
            stands.tolist(),
            bearing.tolist(),
            distance.tolist(),
            latlon.tolist(),
            ground.tolist(),
            strict=True,
        )
        places: list[Place | None] = []
        grounds: list[Point | None] = []
        for is_there, towards, far, (lat, lon), (east, north) in rows:
            places.append(Place(towards, far, lat, lon) if is_there else None)
            grounds.append((east, north) if is_there else None)
        return places, grounds

    def _points(self, feet: Floats, grounds: Sequence[Point | None]) -> list[dict[str, Point]]:
        angles = bearing_depression(feet).tolist()
        shares = self.spaces.points(PICTURE, feet).tolist()
        points: list[dict[str, Point]] = []
        for angle, share, ground in zip(angles, shares, grounds, strict=True):
            of_one: dict[str, Point] = {PANORAMA: (angle[0], angle[1])}
            if ground is not None:
                of_one[GROUND] = ground
            if share[0] == share[0]:
                of_one[PICTURE] = (share[0], share[1])
            points.append(of_one)
        for name in self._zone_views:
            space = view_space(name)
            for of_one, (x, y) in zip(
                points, self.spaces.points(space, feet).tolist(), strict=True
            ):
                if (
                    -_VIEW_MARGIN <= x <= 1 + _VIEW_MARGIN
                    and -_VIEW_MARGIN <= y <= 1 + _VIEW_MARGIN
                ):
                    of_one[space] = (x, y)
        return points


def _rows(boxes: AngleBoxes, rows: list[int]) -> AngleBoxes:
    return AngleBoxes(
        [boxes.detections[row] for row in rows],
        boxes.outlines[rows],
        boxes.centres[rows],
        boxes.is_cut[rows],
    )

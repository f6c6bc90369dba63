"""The section about the security cameras, in words and tables that follow the figures."""

from gateway.reports.blocks import Block, Paragraph, Table
from gateway.reports.figures import EventCount, ReportFigures
from gateway.reports.sentences import cameras_result
from gateway.reports.wording import NO_FIGURE, percent, plain_number, span_text

MAX_LISTED = 40


def camera_blocks(figures: ReportFigures, stable: float) -> list[Block]:
    """Return the blocks of the section."""
    blocks: list[Block] = [Paragraph(cameras_result(figures.cameras, figures.events, stable))]
    if figures.cameras:
        blocks.append(
            Table(
                "Hoạt động của camera",
                ["Camera", "Thời gian hoạt động", "Gián đoạn dài nhất", "Số sự kiện"],
                [
                    [
                        camera.name,
                        NO_FIGURE if camera.uptime is None else percent(camera.uptime),
                        NO_FIGURE if camera.uptime is None else _outage(camera.longest_outage_s),
                        plain_number(
                            sum(one.total for one in figures.events if one.camera == camera.id)
                        ),
                    ]
                    for camera in figures.cameras
                ],
                [0.4, 0.22, 0.22, 0.16],
                [False, True, True, True],
            )
        )
    if figures.events:
        blocks.append(_events_table(figures))
    return blocks


def _outage(seconds: int) -> str:
    return "không" if seconds < 60 else span_text(seconds)


def _events_table(figures: ReportFigures) -> Table:
    names = {camera.id: camera.name for camera in figures.cameras}
    rows = [
        [names.get(one.camera, one.camera), one.rule, *_numbers(one)]
        for one in figures.events[:MAX_LISTED]
    ]
    sums = [sum(column) for column in zip(*map(_counts, figures.events), strict=True)]
    rows.append(["Tổng", "", *(plain_number(value) for value in sums)])
    return Table(
        "Sự kiện theo quy tắc và kết quả xác minh",
        ["Camera", "Quy tắc", "Tổng", "Đúng", "Sai", "Chưa rõ", "Chưa xem"],
        rows,
        [0.24, 0.26, 0.1, 0.1, 0.1, 0.1, 0.1],
        [False, False, True, True, True, True, True],
        True,
    )


def _numbers(one: EventCount) -> list[str]:
    return [plain_number(value) for value in _counts(one)]


def _counts(one: EventCount) -> list[int]:
    return [one.total, one.true, one.false, one.unclear, one.unjudged]

"""Charts that stay legible in black and white: lines, limits as dashes, gaps as gaps."""

import io
from typing import Any, Final

from gateway.reports.blocks import Chart
from gateway.reports.period import SITE_ZONE, site_time
from gateway.reports.wording import basis_text, plain_number, unit_text

WIDTH_MM: Final = 79.0
HEIGHT_MM: Final = 45.0
DPI: Final = 200
DIGIT_PT: Final = 3.6
_FONTS: Final = ("Times New Roman", "Liberation Serif", "DejaVu Serif")
_DASHES: Final = ((4, 2), (1.5, 1.5), (6, 2, 1.5, 2))


def draw(chart: Chart) -> bytes:
    """Return the chart as PNG: the mean as a line, least to most as a grey band."""
    # matplotlib is large: only the process that draws loads it.
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import dates, font_manager
    from matplotlib.figure import Figure

    ticks: Any = dates

    settings: Any = {
        "font.family": [name for name in _FONTS if name in font_manager.get_font_names()],
        "font.size": 8,
    }
    with mpl.rc_context(settings):
        figure = Figure(figsize=(WIDTH_MM / 25.4, HEIGHT_MM / 25.4), dpi=DPI)
        axes = figure.add_subplot()
        curve = chart.curve
        ends = [curve.from_ms + index * curve.step_s * 1000 for index in range(len(curve.mean))]
        times: Any = [site_time(at_ms) for at_ms in ends]
        nan = float("nan")
        mean: Any = [nan if v is None else v for v in curve.mean]
        low: Any = [nan if v is None else v for v in curve.low]
        high: Any = [nan if v is None else v for v in curve.high]
        if times:
            axes.fill_between(times, low, high, step="post", color="0.82", linewidth=0)
            axes.step(times, mean, where="post", color="black", linewidth=0.9)
            # One second short, or the label of the next midnight would be cut off.
            end: Any = site_time(curve.from_ms + len(curve.mean) * curve.step_s * 1000 - 1000)
            axes.set_xlim(times[0], end)
        for index, limit in enumerate(one for one in chart.limits if one.level == "limit"):
            dashes = (0, _DASHES[index % len(_DASHES)])
            sign = "≤" if limit.side == "high" else "≥"
            basis = "" if limit.basis == "value" else f" ({basis_text(limit.basis)})"
            mark = "" if limit.verified else "*"
            words = f"Ngưỡng {sign} {plain_number(limit.value)}{basis}{mark}"
            axes.axhline(limit.value, color="black", linewidth=1.1, linestyle=dashes, label=words)
        days = max(1, len(curve.mean) * curve.step_s // 86_400)
        axes.xaxis.set_major_locator(ticks.DayLocator(interval=1 + days // 8, tz=SITE_ZONE))
        axes.xaxis.set_major_formatter(ticks.DateFormatter("%d/%m", tz=SITE_ZONE))
        axes.tick_params(labelsize=7, width=0.5, length=2.5)
        axes.yaxis.set_major_formatter(lambda value, _: plain_number(value))
        axes.grid(visible=True, color="0.88", linewidth=0.4)
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)
        unit = unit_text(chart.unit)
        axes.set_title(f"{chart.title}{f' ({unit})' if unit else ''}", fontsize=8.5, loc="left")
        if not any(v is not None for v in curve.mean):
            axes.set_yticks([])
            axes.text(0.5, 0.5, "Không có số liệu", transform=axes.transAxes, ha="center")
        elif axes.get_legend_handles_labels()[0]:
            axes.legend(loc="best", fontsize=6.5, frameon=True, framealpha=0.8, edgecolor="none")
        _leave_room(figure, axes)
        target = io.BytesIO()
        figure.savefig(target, format="png")
    return target.getvalue()


def _leave_room(figure: Any, axes: Any) -> None:
    """Give title and labels their margins: matplotlib's own layout takes as long as drawing."""
    low, high = axes.get_ylim()
    labels = [plain_number(at) for at in axes.get_yticks() if low <= at <= high]
    longest = max((len(label) for label in labels), default=1)
    width_pt, height_pt = WIDTH_MM / 25.4 * 72, HEIGHT_MM / 25.4 * 72
    figure.subplots_adjust(
        left=(7 + DIGIT_PT * longest) / width_pt,
        right=1 - 5 / width_pt,
        bottom=15 / height_pt,
        top=1 - 17 / height_pt,
    )

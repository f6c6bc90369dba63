"""The demo's play: which scene happens where and when, and what is said about it."""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Step:
    """One scene, ``at_s`` seconds after the stations went live (within one round)."""

    at_s: float
    station: str
    scene: str
    vietnamese: str
    english: str


ROUND_S = 600.0
STEPS = (
    Step(
        12,
        "thanh-hai",
        "cod_spill",
        "Cảnh 1: sự cố xả thải tại KCN Thanh Hải, COD đang tăng",
        "Scene 1: a spill at Thanh Hải, COD begins to rise",
    ),
    Step(
        150,
        "bia-sg-nt",
        "calibration",
        "Cảnh 2: hiệu chuẩn thiết bị tại nhà máy bia (60 s, không cảnh báo)",
        "Scene 2: the brewery's analyser is calibrated (60 s, no alarm must sound)",
    ),
    Step(
        230,
        "bh-phan-rang",
        "nox_rise",
        "Cảnh 3: NOx tăng tại ống khói BH – Phan Rang",
        "Scene 3: NOx rises at the BH – Phan Rang stack",
    ),
    Step(
        380,
        "thanh-hai",
        "wrong_registers",
        "Cảnh 4: lưu lượng kế Thanh Hải từ chối truy vấn (40 s)",
        "Scene 4: the Thanh Hải flow meters refuse their registers (40 s)",
    ),
    Step(
        450,
        "bia-sg-nt",
        "silence",
        "Cảnh 5: PLC nhà máy bia im lặng (25 s)",
        "Scene 5: the brewery's PLC falls silent (25 s)",
    ),
    Step(
        510,
        "thanh-hai",
        "analyser_fault",
        "Cảnh 6: máy đo COD Thanh Hải báo lỗi (45 s)",
        "Scene 6: the COD analyser of Thanh Hải reports a fault (45 s)",
    ),
)


def rounds() -> Iterator[tuple[float, Step]]:
    """Yield (seconds since the stations went live, step), round after round."""
    number = 0
    while True:
        for step in STEPS:
            yield number * ROUND_S + step.at_s, step
        number += 1

"""The three stations of the city, around the readings of the weekly report of 13–19/12/2024."""

from demo.simulator.process import ChannelModel, StationProcess

THANH_HAI = StationProcess(
    drivers={"load": 600.0, "hydraulic": 240.0},
    channels={
        "tss": ChannelModel(2.20, 0.10, jitter=0.02, drivers={"load": 0.15}),
        "cod": ChannelModel(52.50, 0.6, diurnal=0.8, jitter=0.05, drivers={"load": 0.9}),
        "ph": ChannelModel(7.90, 0.02, jitter=0.004, diurnal=0.05, peak_h=15),
        "temp": ChannelModel(26.90, 0.05, 900, jitter=0.01, diurnal=0.9, peak_h=15),
        "do": ChannelModel(
            3.60, 0.06, jitter=0.01, diurnal=-0.2, peak_h=15, drivers={"load": -0.12}
        ),
        "nh4_n": ChannelModel(0.15, 0.006, jitter=0.001, drivers={"load": 0.01}),
        "flow_in": ChannelModel(
            38.20, 0.5, 90, jitter=0.15, diurnal=2.5, peak_h=10, drivers={"hydraulic": 1.2}
        ),
        "flow_out": ChannelModel(
            25.20, 0.4, 120, jitter=0.1, diurnal=1.5, peak_h=11, drivers={"hydraulic": 0.8}
        ),
    },
    seed=101,
)

BIA_SG_NT = StationProcess(
    drivers={"load": 600.0},
    channels={
        "tss": ChannelModel(3.50, 0.12, jitter=0.02, drivers={"load": 0.2}),
        "cod": ChannelModel(24.03, 0.4, diurnal=0.9, jitter=0.04, drivers={"load": 0.6}),
        "ph": ChannelModel(8.38, 0.02, jitter=0.005, diurnal=0.04, peak_h=15),
        "temp": ChannelModel(23.92, 0.05, 900, jitter=0.012, diurnal=0.7, peak_h=15),
        "nh4_n": ChannelModel(0.05, 0.006, jitter=0.003, drivers={"load": 0.004}),
        "flow_in": ChannelModel(20.06, 0.4, 90, jitter=0.1, diurnal=1.5, peak_h=10),
        "flow_out": ChannelModel(0.0),
    },
    seed=202,
)

BH_PHAN_RANG = StationProcess(
    drivers={"fire": 300.0, "weather": 7200.0},
    channels={
        "temp": ChannelModel(78.90, 0.3, jitter=0.08, diurnal=0.6, drivers={"fire": 0.9}),
        "nox": ChannelModel(41.0, 0.8, jitter=0.2, drivers={"fire": 1.6}),
        "o2": ChannelModel(13.30, 0.05, jitter=0.02, drivers={"fire": -0.12}),
        "so2": ChannelModel(0.0),
        "co": ChannelModel(317.60, 4.0, jitter=0.8, drivers={"fire": -9.0}),
        "flow": ChannelModel(30_371.60, 120.0, jitter=30.0, drivers={"fire": 260.0}),
        "pressure": ChannelModel(
            1_015.30, 0.1, jitter=0.05, diurnal=1.0, peak_h=9, drivers={"weather": 0.6}
        ),
        "pm": ChannelModel(12.50, 0.3, jitter=0.06, drivers={"fire": 0.4}),
    },
    seed=303,
)

STATIONS: dict[str, StationProcess] = {
    "thanh-hai": THANH_HAI,
    "bia-sg-nt": BIA_SG_NT,
    "bh-phan-rang": BH_PHAN_RANG,
}

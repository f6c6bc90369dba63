"""Real time-series stores as child processes on free ports."""

from pathlib import Path

from tests.peers.process import Process, free_port


def victoria_metrics(folder: Path, port: int | None = None) -> Process:
    """Return a VictoriaMetrics as the document says it must be started."""
    port = port or free_port()
    arguments = [
        "victoria-metrics",
        f"-storageDataPath={folder}/victoria",
        f"-httpListenAddr=127.0.0.1:{port}",
        "-retentionPeriod=10y",
        "-search.latencyOffset=0s",
        "-dedup.minScrapeInterval=1ms",
        "-memory.allowedPercent=10",
    ]
    return Process("victoria-metrics", arguments, folder, port=port)


def influxd(folder: Path) -> Process:
    """Return a real InfluxDB 1.x engine; see `influx_shim` for its 2.x write endpoint."""
    port, rpc = free_port(), free_port()
    config = folder / "influxdb.conf"
    config.write_text(
        f'reporting-disabled = true\nbind-address = "127.0.0.1:{rpc}"\n'
        f'[meta]\ndir = "{folder}/influx/meta"\n'
        f'[data]\ndir = "{folder}/influx/data"\nwal-dir = "{folder}/influx/wal"\n'
        'wal-fsync-delay = "0s"\nquery-log-enabled = false\n'
        f'[http]\nbind-address = "127.0.0.1:{port}"\nlog-enabled = false\n'
        "[monitor]\nstore-enabled = false\n"
    )
    return Process("influxd", ["influxd", "-config", str(config)], folder, port=port)

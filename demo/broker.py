"""The embedded MQTT 5 broker as a process, `python -m demo.broker FILE`; alone touches iotcore."""

import logging
import signal
import sys

from iotcore import IotCoreBroker

CONFIG_TEMPLATE = """\
# MQTT 5 on loopback only; nothing is kept on disk: the stations' outboxes do that.
id = 0

[router]
id = 0
max_connections = 200
max_outgoing_packet_count = 200
max_segment_size = 16777216
max_segment_count = 4

[v5.1]
name = "demo"
listen = "{host}:{port}"
next_connection_delay_ms = 1

[v5.1.connections]
connection_timeout_ms = 10000
max_payload_size = 2097152
max_inflight_count = 200
dynamic_filters = true
"""


def broker_config(host: str, port: int) -> str:
    """Return the broker's configuration file."""
    return CONFIG_TEMPLATE.format(host=host, port=port)


def main(arguments: list[str]) -> None:
    """Serve until SIGTERM."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s")
    # The broker wraps every packet in an error-level span; only its end would be news.
    logging.getLogger("rumqttd").setLevel(logging.CRITICAL)
    # It blocks outside Python and has no way to be told; the default action ends it at once.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    broker = IotCoreBroker(config_path=arguments[0])
    broker.check_ports()
    broker.run_forever()


if __name__ == "__main__":
    main(sys.argv[1:])

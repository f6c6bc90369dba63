"""Chooses the store that the configuration names."""

from gateway.settings import (
    InfluxStoreSettings,
    SqliteStoreSettings,
    StoreSettings,
    VictoriaStoreSettings,
)
from gateway.stores.interface import Store


def new_store(settings: StoreSettings) -> Store:
    """Return the store of ``settings``; it connects when it is first used."""
    # Only the chosen one is loaded: influxdb-client alone costs half a second of the start.
    match settings:
        case SqliteStoreSettings():
            from gateway.stores.sqlite import SqliteStore

            return SqliteStore(settings.path, settings.raw_days, settings.rollup_days)
        case InfluxStoreSettings():
            from gateway.stores.influxdb import InfluxStore

            return InfluxStore(settings)
        case VictoriaStoreSettings():
            from gateway.stores.victoriametrics import VictoriaStore

            return VictoriaStore(settings)

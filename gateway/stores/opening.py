"""Chooses the store that the configuration names."""

from gateway.settings import (
    InfluxStoreSettings,
    SqliteStoreSettings,
    StoreSettings,
    VictoriaStoreSettings,
)
from gateway.stores.influxdb import InfluxStore
from gateway.stores.interface import Store
from gateway.stores.sqlite import SqliteStore
from gateway.stores.victoriametrics import VictoriaStore


def new_store(settings: StoreSettings) -> Store:
    """Return the store of ``settings``; it connects when it is first used."""
    match settings:
        case SqliteStoreSettings():
            return SqliteStore(settings.path, settings.raw_days, settings.rollup_days)
        case InfluxStoreSettings():
            return InfluxStore(settings)
        case VictoriaStoreSettings():
            return VictoriaStore(settings)

"""The program of the operations centre: ingest, stores, alarms, API, web."""

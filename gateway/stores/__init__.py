"""Time-series stores behind one interface: SQLite, InfluxDB 2, VictoriaMetrics."""

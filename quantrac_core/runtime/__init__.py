"""What keeps a program running: tasks, back-off, MQTT session, logging, systemd, clocks."""

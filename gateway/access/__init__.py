"""Who may see and do what: roles, permissions and the reach of an account; no I/O, no clock."""

"""Where to look, and how often: cost follows need, and overload degrades on purpose."""

"""What holds for every test."""

from hypothesis import settings

# Speed belongs to the benchmarks: a busy machine must not break a property.
settings.register_profile("quantrac", deadline=None)
settings.load_profile("quantrac")

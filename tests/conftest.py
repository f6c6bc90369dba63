"""What holds for every test."""

import os

from hypothesis import settings

# Speed belongs to the benchmarks: a busy machine must not break a property. The same examples in
# every run: a change is judged by what it changed. HYPOTHESIS_PROFILE=explore looks for new ones.
settings.register_profile("quantrac", deadline=None, derandomize=True)
settings.register_profile("explore", deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quantrac"))

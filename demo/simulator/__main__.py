"""`python -m demo.simulator`."""

import sys

from demo.simulator.app import main

sys.exit(main())

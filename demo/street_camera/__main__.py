"""`python -m demo.street_camera`."""

import sys

from demo.street_camera.app import main

sys.exit(main())

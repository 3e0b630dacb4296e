"""``python -m camerad`` is the command ``camerad``."""

import sys

from camerad.cli import main

sys.exit(main())

"""`python -m processes.building files|database PATH`: build a finder and end, so that its memory is given back."""

from __future__ import annotations

import sys
from pathlib import Path

from processes import guide, wiring
from processes.settings import read_settings

if __name__ == "__main__":
    wiring.log_to_stderr()
    guide.build(read_settings(), sys.argv[1], Path(sys.argv[2]))

"""`python -m processes.building files|database FOLDER`: build a finder and end, so that its memory is given back.

`python -m processes.building ready` sees that the finder of the guidance files is at hand (`make setup`).
"""

from __future__ import annotations

import sys
from pathlib import Path

from processes import guide, wiring
from processes.command_line import for_us_alone
from processes.settings import read_settings

if __name__ == "__main__":
    wiring.log_to_stderr()
    with for_us_alone():
        if sys.argv[1:] == ["ready"]:
            guide.from_files(read_settings().data)
        else:
            guide.build(read_settings(), sys.argv[1], Path(sys.argv[2]))

"""stderr while C libraries try what may not be there."""

import os
import subprocess
import sys

SAYING = """
import os, sys
from drumd.ports.quiet import quiet_stderr
from drumd.status.unblocked import unblocked
saying = unblocked(sys.stderr)
ours = saying.__enter__()
first, second = quiet_stderr(), quiet_stderr()
first.__enter__()
second.__enter__()
os.write(2, b"library ")
first.__exit__(None, None, None)
os.write(2, b"library ")
print("ours", file=ours)
saying.__exit__(None, None, None)
second.__exit__(None, None, None)
os.write(2, b"after")
"""


def test_what_we_say_is_heard_while_libraries_are_quiet_and_all_is_after_the_last_of_them():
    done = subprocess.run(
        [sys.executable, "-c", SAYING],
        capture_output=True,
        check=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert done.stderr.split() == [b"ours", b"after"]

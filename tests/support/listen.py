"""`drumd listen` with a drummer that needs no model.

`python -m tests.support.listen DRUMMER OPTION...`, where DRUMMER is the name of a factory in
tests.support.drummers.
"""

import os
import sys

from drumd import daemon
from drumd.cli import main
from drumd.ports.jack import client as jack_client
from tests.support import drummers

if __name__ == "__main__":
    if os.environ.get("DRUMD_TESTS_WITHOUT_JACK_CLIENT"):
        jack_client.available = lambda: False
    factory = getattr(drummers, sys.argv[1])
    daemon.model_factory = lambda *_: factory
    main(["listen", *sys.argv[2:]], prog_name="drumd")

"""Launcher of a checkout: `python drumd.py generate song.mid` is `drumd generate song.mid`."""

if __name__ == "__main__":
    import sys
    from pathlib import Path

    # This file would hide the package of the same name: import it from its folder by path order.
    sys.path.insert(0, str(Path(__file__).resolve().parent))
    from drumd.cli import main

    main()

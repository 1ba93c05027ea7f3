"""`drumd.py`, the launcher of a checkout."""

import subprocess
import sys
from pathlib import Path

from drumd import __version__

LAUNCHER = Path(__file__).resolve().parent.parent / "drumd.py"


def launch(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(LAUNCHER), *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_launcher_runs_the_command_from_any_folder(tmp_path: Path) -> None:
    done = launch("--version", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["drumd,", "version", __version__]


def test_the_launcher_is_not_taken_for_the_package_beside_it() -> None:
    done = launch("--version", cwd=LAUNCHER.parent)
    assert done.returncode == 0, done.stderr
    assert __version__ in done.stdout


def test_a_word_that_is_no_command_is_wrong_usage(tmp_path: Path) -> None:
    done = launch("drumroll", cwd=tmp_path)
    assert done.returncode == 2
    assert "No such command 'drumroll'" in done.stderr


def test_the_originals_way_in_still_leads_to_generate(tmp_path: Path) -> None:
    done = launch("generate", "missing.mid", "-o", "drums.mid", cwd=tmp_path)
    assert done.returncode in (1, 2)
    assert "missing.mid" in done.stderr
    assert "Traceback" not in done.stderr

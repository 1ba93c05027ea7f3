"""The mean of models that went on from one: `python -m engine.beats.training.mix OUT MODEL=SHARE`.

As many models as there are, their shares as parts of the sum. What one run learnt of one kind of
player is then not paid for by another, and the chance of single runs is less (Wortsman et al.,
"Robust fine-tuning of zero-shot models", CVPR 2022; "Model soups", ICML 2022).
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from engine.beats.training.weight_files import read, write


def mixed(models: list[tuple[Path, float]], out: Path) -> None:
    """Write the mean of `models`, each with its share; what they are about says the first."""
    whole = sum(share for _, share in models)
    first = read(models[0][0])
    numbers = {name: 0 * array for name, array in first.items()}
    for path, share in models:
        for name, array in read(path).items():
            if array.shape != first[name].shape:
                raise ValueError(f"{path} is of another size than {models[0][0]}")
            numbers[name] += share / whole * array
    write(numbers, json.loads(models[0][0].read_text("utf-8"))["about"], out)


def _share(text: str) -> tuple[Path, float]:
    path, _, share = text.rpartition("=")
    if not path or not float(share) > 0:
        raise argparse.ArgumentTypeError(f"{text} is not MODEL=SHARE")
    return Path(path), float(share)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("models", type=_share, nargs="+", metavar="MODEL=SHARE")
    asked = parser.parse_args()
    mixed(asked.models, asked.out)


if __name__ == "__main__":
    main()

"""The mean of models that went on from one: `python -m engine.beats.training.mix OUT MODEL=SHARE`.

As many models as there are, their shares as parts of the sum. What one run learnt of one kind of
player is then not paid for by another, and the chance of single runs is less (Wortsman et al.,
"Robust fine-tuning of zero-shot models", CVPR 2022; "Model soups", ICML 2022).
"""

from __future__ import annotations

import argparse
import json
from math import inf, nan
from pathlib import Path

import numpy as np

from engine.beats.pulse.network import weights_of
from engine.beats.training.weight_files import write


def mixed(models: list[tuple[Path, float]], out: Path) -> None:
    """Write the mean of `models`, each with its share; what they are about says the first.

    Raises `ValueError` for models of two sizes, and `OSError` for one that can't be read."""
    first = models[0][0]
    texts = [path.read_text("utf-8") for path, _ in models]
    each = [weights_of(text) for text in texts]
    sizes = [{name: array.shape for name, array in one.items()} for one in each]
    for (path, _), size in zip(models, sizes, strict=True):
        if size != sizes[0]:
            raise ValueError(f"{path} is of another size than {first}")
    shares = [share for _, share in models]
    numbers = {
        name: np.average([one[name] for one in each], 0, shares).astype(np.float32)
        for name in each[0]
    }
    write(numbers, json.loads(texts[0])["about"], out)


def _share(text: str) -> tuple[Path, float]:
    path, _, number = text.rpartition("=")
    try:
        share = float(number)
    except ValueError:
        share = nan
    if not path or not 0 < share < inf:
        raise argparse.ArgumentTypeError(f"{text} is not MODEL=SHARE, as in a.json=1")
    return Path(path), share


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("models", type=_share, nargs="+", metavar="MODEL=SHARE")
    asked = parser.parse_args()
    if "=" in asked.out.name:
        parser.error(f"{asked.out} is a model to mix: name the file to write first")
    try:
        mixed(asked.models, asked.out)
    except (OSError, ValueError) as error:
        parser.error(str(error))


if __name__ == "__main__":
    main()

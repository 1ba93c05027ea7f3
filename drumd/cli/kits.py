"""`drumd kits`: which keys the kits of the world have."""

from __future__ import annotations

import json

import click

from drumd.cli.terminal import tell
from engine.music.kit import Voice
from engine.music.kit_map import NAMES, KitMap, kit_map


@click.command()
@click.argument("kit", metavar="[NAME|FILE.toml]", required=False)
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def command(kit: str | None, as_json: bool) -> None:
    """List the kits that `--kit` knows, or show the keys of one.

    \b
    Which there are:     drumd kits
    The keys of one:     drumd kits addictive
    Check one of yours:  drumd kits my-kit.toml   (docs/kits.md says how to write it)
    """
    found = [kit_map(name) for name in ((kit,) if kit else NAMES)]
    if as_json:
        click.echo(json.dumps([_document(one) for one in found], indent=2))
    elif kit:
        _show(found[0])
    else:
        for one in found:
            tell(f"{one.name:<10} {one.title}")


def _show(kit: KitMap) -> None:
    tell(f"{kit.name}: {kit.title}\nsource: {kit.source or 'your own'}")
    if kit.note:
        tell(f"note: {kit.note}")
    for voice in Voice:
        there = kit.voice(voice)
        word = "" if there is voice else f"  (by its {_word(there)})"
        choke = f", choked by key {kit.choke[voice]}" if voice in kit.choke else ""
        choke = ", choked by aftertouch" if voice in kit.aftertouch else choke
        tell(f"  {_word(voice):<14} {kit.keys[there]:>3}{word}{choke}")
    tell(f"  {'click':<14} {kit.click:>3}")


def _word(voice: Voice) -> str:
    return voice.name.lower().replace("_", " ")


def _document(kit: KitMap) -> dict[str, object]:
    return {
        "name": kit.name,
        "title": kit.title,
        "source": kit.source,
        "note": kit.note,
        "keys": {voice.name.lower(): key for voice, key in kit.keys.items()},
        "choke": {voice.name.lower(): key for voice, key in kit.choke.items()},
        "aftertouch": sorted(voice.name.lower() for voice in kit.aftertouch),
        "click": kit.click,
    }

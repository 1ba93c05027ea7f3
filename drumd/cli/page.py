"""`drumd page`: show and steer a running jam in a browser."""

from __future__ import annotations

import webbrowser

import click

from drumd.cli.terminal import tell
from drumd.page.page_process import check_libraries
from drumd.page.sites import PORT, Site, bind, new_code


@click.command()
@click.option(
    "--port", type=click.IntRange(0, 65535), default=PORT, show_default=True,
    help="Where the page is; the next that is free if this one is taken.",
)  # fmt: skip
@click.option("--lan", is_flag=True, help="Serve this network too, with a code that is told here.")
@click.option("--open", "at_once", is_flag=True, help="Open the page in the browser.")
def command(port: int, lan: bool, at_once: bool) -> None:
    """Serve a page that shows the running jam and steers it (docs/page.md).

    It may be begun before `drumd listen`, and outlives it: it is for whichever jam was begun
    last. Stop with Ctrl-C. `drumd listen --page` does the same for one jam.
    """
    check_libraries("drumd page")
    from drumd.page.server import serve

    bound = bind(port, lan=lan)
    site = Site(bound.getsockname()[1], new_code(lan=lan), lan)
    tell(site.told)
    if at_once:
        webbrowser.open(site.link)
    serve(bound, site, None)

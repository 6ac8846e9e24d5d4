"""A study's report in a notebook: `Study.report`.

Owns: that it stands in a frame of its own, so that neither restyles the other, and how small it is there.
Leaves to others: the report (analysis).
"""

import base64
import gzip
from html import escape
from pathlib import Path

from tuner.errors import InputError

_HEIGHT_PX = 720

# A notebook's server drops messages of more than 3 MB; of many trials the page has more, and packs to a third.
_UNPACK = """<!doctype html><meta charset="utf-8"><body style="font:14px system-ui">Unpacking the report ...
<script>(async () => {
  const packed = Uint8Array.from(atob("%s"), (each) => each.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  const page = await new Response(stream).text();
  document.open(); document.write(page); document.close();
})();</script></body>"""


class Report:
    """A report. As the last line of a cell it shows itself; `html` is the whole page, which needs no network."""

    def __init__(self, study_name: str, html: str) -> None:
        self.study_name = study_name
        self.html = html

    def __repr__(self) -> str:
        return f"<Report of {self.study_name}; in a notebook it shows itself, .save(path) writes it>"

    def _repr_html_(self) -> str:
        packed = base64.b64encode(gzip.compress(self.html.encode(), 9)).decode()
        return (
            f'<iframe title="{escape(f"Report of {self.study_name}")}" sandbox="allow-scripts" '
            f'style="width:100%;height:{_HEIGHT_PX}px;border:0;background:white" '
            f'srcdoc="{escape(_UNPACK % packed)}"></iframe>'
        )

    def save(self, path: str | Path) -> Path:
        """Write the page to a file. Raises InputError where it cannot be written."""
        file = Path(path).expanduser()
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(self.html, encoding="utf-8")
        except OSError as error:
            raise InputError(f"{file}: cannot be written ({error.strerror}).") from error
        return file

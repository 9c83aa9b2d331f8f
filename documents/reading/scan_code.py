"""The version code on a stamped scan: the QR code that we print on appendix 1, found on a PDF or a picture.

A scan comes from outside and its pixels are decoded, so that happens in a process of its own with bounds of memory and
time: `python -m documents.reading.scan_code`, the file on standard input, the code on standard output.
"""

import io
import math
import resource
import subprocess
import sys
from collections.abc import Iterator

from documents.version_code import VersionCode, parse_code

PATIENCE_S = 20
MEMORY = 2 * 1024**3
MAX_PIXELS = 12_000_000
"""An A4 page at 300 dpi has 8.7 million; what is larger is looked at in this size."""
_FIRST, _LAST = 3, 2
"""The code stands on the form's first page; a scan of several papers may begin or end with another."""
_SHARP = 3.0
_KINDS = ("application/pdf", "image/png", "image/jpeg")


def code_on(content: bytes, media_type: str) -> VersionCode | None:
    """The first version code on a scan that has passed the rules of upload; None where there is none to be read."""
    if media_type not in _KINDS:
        return None
    try:
        done = subprocess.run(
            [sys.executable, "-m", __name__, media_type],
            input=content,
            capture_output=True,
            timeout=PATIENCE_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return None
    return parse_code(done.stdout.decode("utf-8", "replace"))


def _texts(content: bytes, media_type: str) -> Iterator[str]:
    # Loaded in the process that decodes only: the console needs neither.
    import zxingcpp  # noqa: PLC0415

    for picture in _pictures(content, media_type):
        for found in zxingcpp.read_barcodes(picture):
            yield str(found.text)


def _pictures(content: bytes, media_type: str) -> Iterator[object]:
    from PIL import Image  # noqa: PLC0415

    if media_type != "application/pdf":
        Image.MAX_IMAGE_PIXELS = None  # judged before, by the header
        with Image.open(io.BytesIO(content)) as picture:
            picture.draft("L", _bounded(*picture.size))
            plain = picture.convert("L")
            plain.thumbnail(_bounded(*plain.size))
            yield plain
        return
    import pypdfium2  # noqa: PLC0415

    document = pypdfium2.PdfDocument(content)
    count = len(document)
    for number in sorted({*range(min(_FIRST, count)), *range(max(0, count - _LAST), count)}):
        page = document[number]
        wide, high = page.get_size()
        scale = min(_SHARP, math.sqrt(MAX_PIXELS / max(wide * high, 1)))
        yield page.render(scale=scale, grayscale=True).to_pil()


def _bounded(wide: int, high: int) -> tuple[int, int]:
    share = min(1.0, math.sqrt(MAX_PIXELS / max(wide * high, 1)))
    return max(1, int(wide * share)), max(1, int(high * share))


def _main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (PATIENCE_S, PATIENCE_S))
    for text in _texts(sys.stdin.buffer.read(), sys.argv[1]):
        if parse_code(text) is not None:
            sys.stdout.write(text)
            return


if __name__ == "__main__":
    _main()

"""Bytes as a file that the browser saves and never shows."""

from urllib.parse import quote

from starlette.responses import Response


def downloaded(name: str, content: bytes, media_type: str) -> Response:
    """The answer that has a file saved under its name."""
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}"}
    return Response(content, media_type=media_type, headers=headers)

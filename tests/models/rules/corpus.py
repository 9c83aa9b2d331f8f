"""Files that people hand in and files made to do harm, each made here: what is refused and why."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping

TYPES = b'<?xml version="1.0" encoding="UTF-8"?><Types xmlns="urn:types"/>'
DOCUMENT = b'<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="urn:w"><w:body/></w:document>'
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def png(width: int = 2480, height: int = 3508) -> bytes:
    """A picture whose header says this size; its pixels are not there, nobody decodes them."""
    header = struct.pack(">II5B", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", header)
        + _chunk(b"IDAT", zlib.compress(b""))
        + _chunk(b"IEND", b"")
    )


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def jpeg(width: int = 2480, height: int = 3508, *, before: bytes = b"") -> bytes:
    """A picture with a comment before its frame, as cameras and scanners write it."""
    frame = struct.pack(">BHHB", 8, height, width, 1) + b"\x01\x11\x00"
    return (
        b"\xff\xd8"
        + before
        + _segment(0xE0, b"JFIF\x00")
        + _segment(0xC0, frame)
        + b"\xff\xda\x00\x02\x00\xff\xd9"
    )


def _segment(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body


def office(
    parts: Mapping[str, bytes] | None = None, *, main: str = "word/document.xml", stored: bool = False
) -> bytes:
    """An Office file with the parts that it must have and these."""
    body = io.BytesIO()
    how = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(body, "w", how) as package:
        for name, content in {"[Content_Types].xml": TYPES, main: DOCUMENT, **(parts or {})}.items():
            package.writestr(name, content)
    return body.getvalue()


def relation(target: str, kind: str, mode: str = ' TargetMode="External"') -> dict[str, bytes]:
    """The relations of a document: one, of this kind, to there."""
    one = f'<Relationship Id="r1" Type="urn:relationships/{kind}" Target="{target}"{mode}/>'
    return {"word/_rels/document.xml.rels": f'<Relationships xmlns="urn:r">{one}</Relationships>'.encode()}


def flagged(content: bytes) -> bytes:
    """The same with every entry marked as encrypted, in its own header and in the directory."""
    changed = bytearray(content)
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = changed.find(mark)
        while at >= 0:
            changed[at + place] |= 1
            at = changed.find(mark, at + 4)
    return bytes(changed)


def lying(content: bytes, name: bytes, size: int) -> bytes:
    """The same with another size told in the directory for one entry."""
    changed = bytearray(content)
    at = changed.find(b"PK\x01\x02")
    while at >= 0:
        if changed[at + 46 : at + 46 + len(name)] == name:
            changed[at + 24 : at + 28] = size.to_bytes(4, "little")
        at = changed.find(b"PK\x01\x02", at + 4)
    return bytes(changed)


def miscounted(content: bytes, count: int) -> bytes:
    """The same with another number of entries told at the end."""
    return content[:-14] + count.to_bytes(2, "little") * 2 + content[-10:]


def many(count: int) -> bytes:
    """An Office file with so many parts."""
    return office({f"word/media/{number}.txt": b"" for number in range(count)}, stored=True)


ODT_KIND = b"application/vnd.oasis.opendocument.text"
_ODF = "urn:oasis:names:tc:opendocument:xmlns"


def odt(
    parts: Mapping[str, bytes] | None = None, *, kind: bytes = ODT_KIND, first: str = "mimetype"
) -> bytes:
    """An OpenDocument text with the parts that it must have and these."""
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr(first, kind, zipfile.ZIP_STORED)
        given = {"content.xml": written(""), "META-INF/manifest.xml": b"<m/>", **(parts or {})}
        for name, content in given.items():
            package.writestr(name, content)
    return body.getvalue()


def written(inside: str) -> bytes:
    """The content of an OpenDocument text."""
    spaces = " ".join(f'xmlns:{one}="{_ODF}:{uri}:1.0"' for one, uri in _SPACES.items())
    return (
        f'<o:document-content {spaces} xmlns:xlink="http://www.w3.org/1999/xlink">'
        f"<o:body><o:text>{inside}</o:text></o:body></o:document-content>"
    ).encode()


_SPACES = {
    "o": "office",
    "text": "text",
    "draw": "drawing",
    "script": "script",
    "meta": "meta",
    "manifest": "manifest",
}


def doc(*names: str, flags: int = 0, word: int = 0xA5EC, loop: bool = False) -> bytes:
    """A compound file as small as it can be: a Word document of one sector chain, and streams of these names."""
    entries = [_entry("Root Entry", 5, 1, 0xFFFFFFFE, 0), _entry("WordDocument", 2, 0xFFFFFFFF, 8, 4096)]
    entries += [_entry(name, 1 if name in _STORAGES else 2, 1, 0xFFFFFFFE, 0) for name in names]
    directory = b"".join(entries).ljust(512 * 7, b"\x00")[: 512 * 7]
    table = [0xFFFFFFFD, *range(2, 8), 1 if loop else 0xFFFFFFFE, *range(9, 16), 0xFFFFFFFE]
    table += [0xFFFFFFFF] * (128 - len(table))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 16 + struct.pack("<5H", 0x3E, 3, 0xFFFE, 9, 6)
    header += b"\x00" * 6 + struct.pack("<9I", 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    header += struct.pack("<109I", 0, *[0xFFFFFFFF] * 108)
    text = struct.pack("<6H", word, 0xC1, 0, 0, 0, flags).ljust(4096, b"\x00")
    return header + struct.pack("<128I", *table) + directory + text


_STORAGES = ("Macros", "ObjectPool", "_VBA_PROJECT_CUR")


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    wide = name.encode("utf-16-le")
    head = wide.ljust(64, b"\x00") + struct.pack("<HBB3I", len(wide) + 2, kind, 1, *[0xFFFFFFFF] * 2, child)
    return head.ljust(116, b"\x00") + struct.pack("<3I", start, size, 0)


def _wide(text: str) -> bytes:
    return text.encode("utf-16-le")


GOOD: Mapping[str, tuple[str, Callable[[], bytes]]] = {
    "pdf": ("盖章页.pdf", lambda: PDF),
    "pdf of a scanner that appends": ("盖章页.PDF", lambda: PDF + b"\x00" * 300),
    "png": ("盖章页.png", png),
    "jpeg": ("盖章页.jpeg", jpeg),
    "jpeg with comments": ("盖章页.jpg", lambda: jpeg(before=_segment(0xFE, b"x" * 60_000) * 3)),
    "docx": ("汇总表.docx", office),
    "docx with a link": (
        "汇总表.docx",
        lambda: office(relation("mailto:office@people.example", "hyperlink")),
    ),
    "docx with its own picture": ("汇总表.docx", lambda: office(relation("media/1.png", "image", ""))),
    "xlsx": ("汇总表.xlsx", lambda: office(main="xl/workbook.xml")),
    "xlsx that packs well": (
        "汇总表.xlsx",
        lambda: office({"xl/sharedStrings.xml": bytes(range(32, 60)) * 30_000}, main="xl/workbook.xml"),
    ),
    "odt": ("申报表.odt", odt),
    "odt with a link": (
        "申报表.odt",
        lambda: odt({"content.xml": written('<text:a xlink:href="https://people.example">x</text:a>')}),
    ),
    "odt with its own picture": (
        "申报表.odt",
        lambda: odt(
            {"Pictures/1.png": png(), "content.xml": written('<draw:image xlink:href="Pictures/1.png"/>')}
        ),
    ),
    "odt begun from a template": (
        "申报表.odt",
        lambda: odt({"meta.xml": written('<meta:template xlink:href="../../share/a.ott"/>')}),
    ),
    "doc": ("申报表.doc", doc),
    "doc with its usual streams": ("申报表.DOC", lambda: doc("1Table", "Data", "\x05SummaryInformation")),
    "name that is composed differently": ("e\u0301tat.pdf", lambda: PDF),
}

BAD: Mapping[str, tuple[str, Callable[[], bytes], str]] = {
    "no name": ("", lambda: PDF, "name_missing"),
    "hidden name": (".pdf", lambda: PDF, "name_missing"),
    "long name": ("长" * 117 + ".pdf", lambda: PDF, "name_long"),
    "name turned round": ("盖章\u202efdp.exe.pdf", lambda: PDF, "name_signs"),
    "name with a line": ("盖章\n页.pdf", lambda: PDF, "name_signs"),
    "name with an invisible sign": ("盖章\u200b页.pdf", lambda: PDF, "name_signs"),
    "name with half a sign": ("盖章\ud800.pdf", lambda: PDF, "name_signs"),
    "path": ("../../etc/盖章页.pdf", lambda: PDF, "name_path"),
    "path of Windows": ("C:\\盖章页.pdf", lambda: PDF, "name_path"),
    "program": ("setup.exe", lambda: b"MZ\x90\x00", "kind_unknown"),
    "page": ("盖章页.html", lambda: b"<html>", "kind_unknown"),
    "drawing": ("盖章页.svg", lambda: b"<svg/>", "kind_unknown"),
    "document with macros": ("汇总表.docm", office, "kind_unknown"),
    "no ending": ("盖章页", lambda: PDF, "kind_unknown"),
    "nothing": ("盖章页.pdf", lambda: b"", "empty"),
    "too much": ("盖章页.pdf", lambda: PDF + b"0" * (10 * 1024 * 1024) + b"%%EOF", "large"),
    "program renamed": ("盖章页.pdf", lambda: b"MZ\x90\x00" + b"\x00" * 500, "content_other"),
    "page renamed": ("盖章页.pdf", lambda: b"<html>%PDF-1.7 %%EOF", "content_other"),
    "picture renamed": ("盖章页.pdf", png, "content_other"),
    "text renamed": ("汇总表.xlsx", lambda: b"a,b\r\n", "content_other"),
    "old Word": ("汇总表.docx", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "ole"),
    "half a pdf": ("盖章页.pdf", lambda: b"%PDF-1.7\n" + b"0" * 5_000, "cut_off"),
    "half a png": ("盖章页.png", lambda: png()[:40], "cut_off"),
    "png without size": ("盖章页.png", lambda: png(0, 10), "cut_off"),
    "half a jpeg": ("盖章页.jpg", lambda: jpeg()[:-2], "cut_off"),
    "jpeg without end of comments": (
        "盖章页.jpg",
        lambda: b"\xff\xd8" + _segment(0xFE, b"") * 2_400_000 + b"\xff\xd9",
        "cut_off",
    ),
    "jpeg of filling": ("盖章页.jpg", lambda: b"\xff\xd8" + b"\xff" * 9_000_000 + b"\xd9", "cut_off"),
    "huge png": ("盖章页.png", lambda: png(60_000, 60_000), "pixels"),
    "huge jpeg": ("盖章页.jpg", lambda: jpeg(65_500, 65_500), "pixels"),
    "bomb": ("汇总表.docx", lambda: office({"word/media/1.bin": b"\x00" * 20_000_000}), "office_bomb"),
    "many bombs": (
        "汇总表.docx",
        lambda: office({f"word/{one}.bin": b"\x00\x01\x02" * 300_000 for one in range(80)}),
        "office_bomb",
    ),
    "part that says it is huge": (
        "汇总表.docx",
        lambda: lying(office(), b"word/document.xml", 2**31),
        "office_bomb",
    ),
    "part that says it is small": (
        "汇总表.docx",
        lambda: lying(office({"word/styles.xml": b"<a>" * 3_000_000}), b"word/styles.xml", 100),
        "office_damaged",
    ),
    "many parts": ("汇总表.docx", lambda: many(2_500), "office_entries"),
    "very many parts": ("汇总表.docx", lambda: many(60_000), "office_entries"),
    "many parts denied": ("汇总表.docx", lambda: miscounted(many(5_000), 3), "office_entries"),
    "way out": ("汇总表.docx", lambda: office({"../../outside.xml": b""}), "office_path"),
    "absolute way": ("汇总表.docx", lambda: office({"/etc/outside.xml": b""}), "office_path"),
    "way of Windows": ("汇总表.docx", lambda: office({"word\\..\\outside.xml": b""}), "office_path"),
    "encrypted": ("汇总表.docx", lambda: flagged(office()), "office_encrypted"),
    "any zip": ("汇总表.docx", lambda: office(main="readme.txt"), "office_shape"),
    "workbook as document": ("汇总表.docx", lambda: office(main="xl/workbook.xml"), "office_shape"),
    "macros": ("汇总表.docx", lambda: office({"word/vbaProject.bin": b"x"}), "office_macros"),
    "macros announced": (
        "汇总表.docx",
        lambda: office({"docProps/app.xml": b"<a>application/vnd.ms-word.document.macroEnabled</a>"}),
        "office_macros",
    ),
    "entities": (
        "汇总表.docx",
        lambda: office({"word/styles.xml": b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}),
        "office_declared",
    ),
    "entities across two pieces": (
        "汇总表.docx",
        lambda: office({"word/styles.xml": b" " * (256 * 1024 - 4) + b"<!DOCTYPE a><a/>"}),
        "office_declared",
    ),
    "entities in wide letters": (
        "汇总表.docx",
        lambda: office({"word/styles.xml": "<!DOCTYPE a><a/>".encode("utf-16")}),
        "office_declared",
    ),
    "template from elsewhere": (
        "汇总表.docx",
        lambda: office(relation("https://elsewhere.example/t.dotm", "attachedTemplate")),
        "office_external",
    ),
    "link to a share": (
        "汇总表.docx",
        lambda: office(relation("file://elsewhere.example/share", "hyperlink")),
        "office_external",
    ),
    "mode in other signs": (
        "汇总表.docx",
        lambda: office(relation("https://elsewhere.example/1.png", "image", ' TargetMode="&#69;xternal"')),
        "office_external",
    ),
    "relations that are none": (
        "汇总表.docx",
        lambda: office({"word/_rels/document.xml.rels": b"<a><b></a>"}),
        "office_damaged",
    ),
    "half a docx": ("汇总表.docx", lambda: office()[:-30], "office_damaged"),
    "zip behind a picture": ("汇总表.docx", lambda: b"PK\x03\x04" + png() + office(), "office_damaged"),
    "zip with a remark": ("汇总表.docx", lambda: office()[:-2] + b"\x03\x00abc", "office_damaged"),
    "zip of one broken part": (
        "汇总表.docx",
        lambda: office(stored=True).replace(DOCUMENT, DOCUMENT[:-1] + b"!"),
        "office_damaged",
    ),
    "object inside": (
        "汇总表.docx",
        lambda: office({"word/embeddings/oleObject1.bin": b"\xd0\xcf\x11\xe0"}),
        "office_embedded",
    ),
    "huge picture inside": (
        "汇总表.docx",
        lambda: office({"word/media/image1.png": png(60_000, 60_000)}),
        "office_pixels",
    ),
    "entities inside": (
        "汇总表.docx",
        lambda: office(
            {"word/document.xml": b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'}
        ),
        "office_declared",
    ),
    "odt of another kind": ("申报表.odt", lambda: odt(kind=ODT_KIND + b"-master"), "office_shape"),
    "odt whose kind stands later": ("申报表.odt", lambda: odt(first="Thumbnails/a"), "office_shape"),
    "docx as odt": ("申报表.odt", office, "office_shape"),
    "odt as docx": ("申报表.docx", odt, "office_shape"),
    "odt with Basic": ("申报表.odt", lambda: odt({"Basic/Standard/Module1.xml": b"<m/>"}), "office_macros"),
    "odt with scripts": ("申报表.odt", lambda: odt({"Scripts/python/a.py": b"x"}), "office_macros"),
    "odt that runs something": (
        "申报表.odt",
        lambda: odt({"content.xml": written('<script:event-listener xlink:href="vnd.sun.star.script:a"/>')}),
        "office_macros",
    ),
    "odt with a picture from elsewhere": (
        "申报表.odt",
        lambda: odt({"content.xml": written('<draw:image xlink:href="https://elsewhere.example/1.png"/>')}),
        "office_external",
    ),
    "odt with a section from elsewhere": (
        "申报表.odt",
        lambda: odt({"content.xml": written('<text:section-source xlink:href="../../etc/passwd"/>')}),
        "office_external",
    ),
    "odt with a template from elsewhere": (
        "申报表.odt",
        lambda: odt({"meta.xml": written('<meta:template xlink:href="https://elsewhere.example/a.ott"/>')}),
        "office_external",
    ),
    "odt that asks a program": (
        "申报表.odt",
        lambda: odt({"content.xml": written('<o:dde-source o:dde-application="soffice"/>')}),
        "office_external",
    ),
    "odt with an object": ("申报表.odt", lambda: odt({"Object 1/content.xml": b"<m/>"}), "office_embedded"),
    "odt with a password": (
        "申报表.odt",
        lambda: odt({"META-INF/manifest.xml": written("<manifest:encryption-data/>")}),
        "office_encrypted",
    ),
    "odt with entities": ("申报表.odt", lambda: odt({"styles.xml": b"<!DOCTYPE a><a/>"}), "office_declared"),
    "odt that swells": (
        "申报表.odt",
        lambda: odt({f"{one}.xml": b"<a b='1234567890'/>" * 50_000 for one in range(10)}),
        "office_bomb",
    ),
    "half an odt": ("申报表.odt", lambda: odt()[:-30], "office_damaged"),
    "doc with macros": ("申报表.doc", lambda: doc("Macros", "VBA"), "office_macros"),
    "doc with objects": ("申报表.doc", lambda: doc("ObjectPool"), "office_embedded"),
    "doc with a password": ("申报表.doc", lambda: doc(flags=0x0100), "office_encrypted"),
    "docx with a password as doc": ("申报表.doc", lambda: doc("EncryptedPackage"), "office_encrypted"),
    "docx as doc": ("申报表.doc", office, "content_other"),
    "old Excel as doc": (
        "申报表.doc",
        lambda: doc().replace(_wide("WordDocument"), _wide("WorkbookXXXX")),
        "office_shape",
    ),
    "doc that is none": ("申报表.doc", lambda: doc(word=0), "office_damaged"),
    "doc without end": ("申报表.doc", lambda: doc(loop=True), "office_damaged"),
    "half a doc": ("申报表.doc", lambda: doc()[:1_500], "office_damaged"),
    "begin of a doc": ("申报表.doc", lambda: doc()[:100], "office_damaged"),
}

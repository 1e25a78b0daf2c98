"""What a file is that holds no text, by its first bytes."""

from __future__ import annotations

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF87a", "a GIF image"),
    (b"GIF89a", "a GIF image"),
    (b"II*\0", "a TIFF image"),
    (b"MM\0*", "a TIFF image"),
    (b"8BPS\0", "a Photoshop image"),
    (b"\0\0\x01\0", "an icon"),
    (b"ID3", "an MP3 recording"),
    (b"\xff\xfb", "an MP3 recording"),
    (b"fLaC", "a FLAC recording"),
    (b"OggS", "an Ogg recording"),
    (b"\x1aE\xdf\xa3", "a Matroska or WebM video"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ\0", "an xz archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"\x28\xb5\x2f\xfd", "a zstd archive"),
    (b"PK\x05\x06", "an empty zip archive"),
    (b"\x7fELF", "a program (ELF)"),
    (b"\xcf\xfa\xed\xfe", "a program (Mach-O)"),
    (b"\xca\xfe\xba\xbe", "a program (Mach-O or Java)"),
    (b"\0asm", "a program (WebAssembly)"),
    (b"SQLite format 3\0", "an SQLite database"),
    (b"PAR1", "a Parquet table"),
    (b"wOFF", "a font"),
    (b"wOF2", "a font"),
)


OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""What documents in Microsoft's compound format begin with."""


def what_without_text(data: bytes) -> str | None:
    """What a file is that holds no text, in words; None if it may hold some."""
    printable = all(byte >= 32 or byte in b"\t\n\r" for byte in data[:512])
    for magic, what in _MAGIC:
        if data.startswith(magic) and not printable:
            return what + _dimensions(data)
    if data[:2] == b"BM" and len(data) >= 26 and data[6:10] == b"\0\0\0\0":
        return "a BMP image" + _dimensions(data)
    if data[:2] == b"MZ" and b"\0" in data[:64]:
        return "a Windows program"
    if data[:4] == b"RIFF":
        return {b"WAVE": "a WAV recording", b"WEBP": "a WebP image", b"AVI ": "an AVI video"}.get(data[8:12])
    if data[4:8] == b"ftyp":
        brand = data[8:12]
        if brand in (b"avif", b"heic", b"heix", b"mif1"):
            return "a HEIF or AVIF image"
        return "an M4A recording" if brand == b"M4A " else "an MP4 video"
    if data[257:262] == b"ustar":
        return "a tar archive"
    return None


def _dimensions(data: bytes) -> str:
    """Width and height of a picture, where its header tells them plainly."""
    size: tuple[int, int] | None = None
    if data.startswith(b"\x89PNG") and len(data) >= 24:
        size = int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")
    elif data.startswith(b"GIF8") and len(data) >= 10:
        size = int.from_bytes(data[6:8], "little"), int.from_bytes(data[8:10], "little")
    elif data.startswith(b"BM"):
        size = int.from_bytes(data[18:22], "little"), abs(int.from_bytes(data[22:26], "little", signed=True))
    elif data.startswith(b"\xff\xd8"):
        size = _jpeg_size(data)
    return f", {size[0]} × {size[1]} pixels" if size else ""


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    place = 2
    while place + 9 < len(data) and data[place] == 0xFF:
        kind, length = data[place + 1], int.from_bytes(data[place + 2 : place + 4], "big")
        if kind in (0xC0, 0xC1, 0xC2):
            return int.from_bytes(data[place + 7 : place + 9], "big"), int.from_bytes(
                data[place + 5 : place + 7], "big"
            )
        place += 2 + max(2, length)
    return None


def old_office(data: bytes, name: str) -> str:
    """Why a document in Microsoft's compound format can't be read."""
    if "EncryptedPackage".encode("utf-16-le") in data:
        return f"{name!r} is an office document locked with a password; it can't be read without it."
    return (
        f"{name!r} is a document in an old Microsoft Office format (.doc, .xls, .ppt), which can't be read here. "
        "It would have to be saved as .docx, .xlsx or .pptx first."
    )

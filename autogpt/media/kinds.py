"""What a picture or recording is, by its first bytes; never by its name or what a server says of it.

Enough to tell a picture from an error page and to give a file its right ending. It does not
promise that the rest of the file is sound.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """`name` is for people, `media` the media type, `ending` that of file names."""

    name: str
    media: str
    ending: str


PNG = Kind("PNG", "image/png", "png")
JPEG = Kind("JPEG", "image/jpeg", "jpg")
GIF = Kind("GIF", "image/gif", "gif")
WEBP = Kind("WebP", "image/webp", "webp")

MP3 = Kind("MP3", "audio/mpeg", "mp3")
WAV = Kind("WAV", "audio/wav", "wav")
FLAC = Kind("FLAC", "audio/flac", "flac")
OGG = Kind("Ogg", "audio/ogg", "ogg")
M4A = Kind("MP4", "audio/mp4", "m4a")
WEBM = Kind("WebM", "audio/webm", "webm")


def image_kind(data: bytes) -> Kind | None:
    """The kind of a picture, None if it is none that models and terminals take."""
    if data.startswith(b"\x89PNG\r\n\x1a\n") and data[12:16] == b"IHDR":
        return PNG
    if data.startswith(b"\xff\xd8\xff"):
        return JPEG
    if data.startswith((b"GIF87a", b"GIF89a")):
        return GIF
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return WEBP
    return None


def audio_kind(data: bytes) -> Kind | None:
    """The kind of a recording, None if it is none that is written down. MP4 and WebM may hold a film."""
    if data[:4] == b"RIFF" and data[8:12] == b"WAVE":
        return WAV
    if data.startswith(b"fLaC"):
        return FLAC
    if data.startswith(b"OggS"):
        return OGG
    if data.startswith(b"ID3") or (len(data) > 2 and data[0] == 0xFF and data[1] & 0xE6 in (0xE2, 0xE4)):
        return MP3
    if data[4:8] == b"ftyp":
        return M4A
    if data.startswith(b"\x1aE\xdf\xa3"):
        return WEBM
    return None

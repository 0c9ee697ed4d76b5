"""Owns previews: images of components, made smaller with Pillow, as PNG (protocol sections 6.3 and 10.12)."""

from __future__ import annotations

import functools
import io
import struct
from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw, ImageOps, UnidentifiedImageError

from ..faults import Fault

DEFAULT_SIZE: Final = 300
MAXIMUM_SIZE: Final = 4096
"""Pixels of the longer side; whoever asks for more gets this."""

_FORMATS: Final = ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "TGA", "PPM", "ICO")
"""What is decoded: formats of images alone. Others run programs (EPS), or may ask for further files."""

_DAMAGED: Final = (OSError, SyntaxError, ValueError, EOFError, struct.error, Image.DecompressionBombError)
"""What Pillow raises for files that are no images, or damaged ones."""


def thumbnail(path: Path, size: int) -> bytes:
    """Return the image in a file, fitted into a square of *size* pixels, never enlarged, as PNG.

    Raises:
        Fault: the file is no image.
    """
    image = opened_image(path)
    has_palette = image.mode == "P"
    plain = plain_image(image)
    plain.thumbnail((size, size), Image.Resampling.LANCZOS)
    return _png(_with_palette(plain) if has_palette else plain)


def opened_image(path: Path) -> Image.Image:
    """Return the image in a file, decoded.

    Raises:
        Fault: it is none that can be decoded.
    """
    try:
        with path.open("rb") as file:
            image = Image.open(file, formats=_FORMATS)
            image.load()
    except _DAMAGED as error:
        reason = f"The component is no image that can be shown: {_reason(error, path)}"
        raise Fault("ValidationError", reason, "no_image", 415) from None
    return image


def _reason(error: BaseException, path: Path) -> str:
    """Return why a file cannot be shown, without places on this machine."""
    if isinstance(error, UnidentifiedImageError):
        return f"its content is none of {', '.join(_FORMATS)}"
    reason = getattr(error, "strerror", None) or str(error)
    return reason.replace(str(path), "the file") or type(error).__name__


@functools.cache
def placeholder() -> bytes:
    """Return what is shown where there is no preview."""
    image = Image.new("RGB", (DEFAULT_SIZE, 200), "#3c4249")
    ImageDraw.Draw(image).polygon([(125, 65), (125, 135), (185, 100)], fill="#6b747d")
    return _png(image)


def plain_image(image: Image.Image) -> Image.Image:
    """Return an image upright, in red, green and blue."""
    image = ImageOps.exif_transpose(image)
    if image.mode.startswith("I;16"):
        image = image.point(lambda value: value * (1 / 256)).convert("L")  # 16 bits would be cut off at white
    return image.convert("RGB")


def _with_palette(image: Image.Image) -> Image.Image:
    """Return an image with a palette of its own, of the full length."""
    reduced = image.quantize(256)
    colours = reduced.getpalette() or []
    reduced.putpalette(colours + [0] * (768 - len(colours)))
    return reduced


def _png(image: Image.Image) -> bytes:
    written = io.BytesIO()
    image.save(written, "PNG")
    return written.getvalue()

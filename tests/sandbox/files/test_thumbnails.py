"""Tests previews: their size, mode and format, and what cannot be shown (protocol sections 6.3 and 10.12)."""

from __future__ import annotations

import io
import zlib

import pytest
from PIL import Image

from tests.sandbox.files.conftest import FileApi, image
from tests.sandbox.process.conftest import PATIENCE


def _preview(files: FileApi, content: bytes, size: object = "") -> Image.Image:
    response = files.get("/component/thumbnail", id=files.component(content, "still", ".png"), size=size)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "image/png"
    shown = Image.open(io.BytesIO(response.content))
    assert shown.format == "PNG"
    return shown


@pytest.mark.parametrize(
    ("size", "asked", "expected"),
    [
        ((800, 400), 200, (200, 100)),
        ((400, 800), 200, (100, 200)),
        ((800, 800), 10, (10, 10)),
        ((800, 400), None, (300, 150)),
        ((5000, 10), 4100, (4096, 8)),
        ((30, 20), 200, (30, 20)),
        ((1, 1), 1, (1, 1)),
    ],
)
def test_picture_is_fitted_into_a_square(
    files: FileApi, size: tuple[int, int], asked: int | None, expected: tuple[int, int]
) -> None:
    assert _preview(files, image(size), size="" if asked is None else asked).size == expected


@pytest.mark.parametrize(
    ("mode", "kind"),
    [
        ("RGB", "JPEG"),
        ("RGBA", "PNG"),
        ("L", "PNG"),
        ("LA", "PNG"),
        ("1", "BMP"),
        ("CMYK", "JPEG"),
        ("I;16", "PNG"),
        ("RGB", "TIFF"),
        ("F", "TIFF"),
    ],
)
def test_any_picture_is_shown_in_red_green_and_blue(files: FileApi, mode: str, kind: str) -> None:
    assert _preview(files, image((60, 30), mode, kind), size=20).mode == "RGB"


def test_sixteen_bits_are_not_all_white(files: FileApi) -> None:
    shown = _preview(files, image((60, 30), "I;16", colour=32768), size=20)
    level = shown.getpixel((3, 3))
    assert isinstance(level, tuple)
    assert 100 < level[0] < 150


def test_picture_with_a_palette_keeps_one_of_full_length(files: FileApi) -> None:
    shown = _preview(files, image((60, 30), "P"), size=20)
    assert shown.mode == "P"
    palette = shown.getpalette()
    assert palette is not None
    assert len(palette) == 768
    assert not any(palette[3:])


@pytest.mark.parametrize("size", ["0", "-5", "1.5", "big", "0x10", "٣", "00"])
def test_size_that_is_no_number_of_pixels_is_refused(files: FileApi, size: str) -> None:
    response = files.get("/component/thumbnail", id=files.upload(image((4, 4))), size=size)
    assert response.status_code == 422
    assert "size" in response.json()["content"]


def _bomb() -> bytes:
    """Return a PNG of 60,000 by 60,000 pixels, in its header."""
    content = bytearray(image((4, 4)))
    content[16:24] = (60_000).to_bytes(4, "big") * 2
    content[29:33] = zlib.crc32(content[12:29]).to_bytes(4, "big")
    return bytes(content)


@pytest.mark.parametrize(
    "content",
    [b"", b"text", image((99, 99))[:60], b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", b"GIF89a", _bomb()],
    ids=["nothing", "text", "cut off", "postscript", "header", "bomb"],
)
def test_file_that_is_no_picture_is_refused(files: FileApi, content: bytes) -> None:
    response = files.get("/component/thumbnail", id=files.upload(content))
    assert response.status_code == 415
    assert response.json()["error_code"] == "no_image"
    assert "/" not in response.json()["content"]  # no path of the server's machine


def test_placeholder_is_a_picture_that_needs_no_key(files: FileApi) -> None:
    response = files.api.http.get(f"{files.api.url}/img/thumbnail2.png", timeout=PATIENCE)
    assert response.status_code == 200
    assert Image.open(io.BytesIO(response.content)).format == "PNG"

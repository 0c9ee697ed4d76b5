"""Owns the conversion of pictures and movies: Pillow for what it knows, a bounded ffmpeg for the rest."""

from __future__ import annotations

import contextlib
import importlib
import re
import shutil
import subprocess
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import attrs

from ..faults import Fault
from .thumbnails import opened_image, plain_image

IMAGE_TYPES: Final = frozenset(
    {".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".webp", ".tga", ".ppm", ".exr", ".dpx", ".hdr", ".psd"}
)
"""Endings of files that hold one picture."""

_WIDTH: Final = 1920
_HEIGHT: Final = 1080
_TIMEOUT: Final = 30 * 60.0
"""Seconds that one run of ffmpeg may take."""

_DEMUXERS: Final = (
    # By name, so that no playlist among uploads reads other files of this machine, or asks the network.
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpeg,mpegvideo,mpegts,mxf,ogg,flv,asf,gif,m4v,h264,hevc,dv,yuv4mpegpipe,"
    "png_pipe,jpeg_pipe,bmp_pipe,tiff_pipe,webp_pipe,exr_pipe,dpx_pipe,hdr_pipe,psd_pipe,apng"
)

_SAFE_INPUT: Final = ("-protocol_whitelist", "file", "-format_whitelist", _DEMUXERS)


class EncodingError(Exception):
    """A file cannot be encoded; the message says why, for people."""


@attrs.frozen
class Movie:
    """What an encoded movie turned out to be."""

    width: int
    height: int
    frames: int
    rate: float

    def review_metadata(self) -> dict[str, Any]:
        """Return the content of the metadata ``ftr_meta`` (protocol section 6.4)."""
        rate = int(self.rate) if self.rate == int(self.rate) else self.rate
        facts = {"frameIn": 0, "frameOut": self.frames, "frameRate": rate}
        return {**facts, "width": self.width, "height": self.height}


def find_ffmpeg() -> str | None:
    """Return the ffmpeg on the path, or that of the package imageio-ffmpeg; None where there is neither."""
    found = shutil.which("ffmpeg")
    if found is not None:
        return found
    try:
        package: Any = importlib.import_module("imageio_ffmpeg")  # it has no types
        return str(package.get_ffmpeg_exe())
    except (ImportError, RuntimeError):
        return None


class Converter:
    """Runs ffmpeg, any number of times at once, until it is stopped."""

    def __init__(self, timeout: float = _TIMEOUT) -> None:
        """Give each run *timeout* seconds."""
        self.find_program = find_ffmpeg
        """Returns the path of ffmpeg, or None."""
        self.timeout = timeout
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[str]] = set()
        self._stopped = False

    def stop(self) -> None:
        """End what runs, and let nothing begin."""
        with self._lock:
            self._stopped = True
            for process in self._running:
                process.kill()

    def movie(self, source: Path, target: Path) -> Movie:
        """Write a movie as H.264 in MP4, of at most full HD; raise EncodingError where it cannot be."""
        scale = f"scale='min({_WIDTH},iw)':'min({_HEIGHT},ih)':force_original_aspect_ratio=decrease"
        picture = ("-vf", f"{scale}:force_divisible_by=2", "-c:v", "libx264", "-preset", "veryfast", "-crf", "23")
        sound = ("-c:a", "aac", "-b:a", "160k")
        form = ("-pix_fmt", "yuv420p", "-movflags", "+faststart", "-f", "mp4")
        streams = ("-map", "0:v:0", "-map", "0:a:0?")
        output, messages = self._run(source, *streams, *picture, *sound, *form, "-progress", "pipe:1", target=target)
        return _movie(output, messages)

    def still(self, source: Path, target: Path) -> None:
        """Write the first picture of a file as JPEG; raise EncodingError where it has none."""
        try:
            plain_image(opened_image(source)).save(target, "JPEG", quality=90)
        except Fault:
            self._run(
                source, "-frames:v", "1", "-q:v", "2", "-c:v", "mjpeg", "-f", "image2", "-update", "1", target=target
            )

    def _run(self, source: Path, *options: str, target: Path) -> tuple[str, str]:
        """Run ffmpeg and return what it says on its standard output, and beside it."""
        program = self.find_program()
        if program is None:
            raise EncodingError("there is no ffmpeg: install it, or pip install 'ftrack-typed[media]'")
        start = [program, "-nostdin", "-hide_banner", "-nostats", "-y", *_SAFE_INPUT, "-i", f"file:{source}"]
        code, output, messages = self._finished([*start, *options, f"file:{target}"])
        if code != 0 or not target.is_file() or not target.stat().st_size:
            raise EncodingError(f"ffmpeg cannot encode it: {_reason(messages, source)}")
        return output, messages

    def _finished(self, command: Sequence[str]) -> tuple[int, str, str]:
        process = self._started(command)
        try:
            output, messages = process.communicate(timeout=self.timeout)
        except subprocess.TimeoutExpired:
            raise EncodingError(f"it took longer than {self.timeout:g} seconds") from None
        finally:
            with contextlib.suppress(OSError):
                process.kill()
            process.communicate()
            with self._lock:
                self._running.discard(process)
        if self._stopped:
            raise EncodingError("the server was stopped")
        return process.returncode, output, messages

    def _started(self, command: Sequence[str]) -> subprocess.Popen[str]:
        with self._lock:
            if self._stopped:
                raise EncodingError("the server was stopped")
            try:
                process = subprocess.Popen(
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    text=True,
                    errors="replace",
                )
            except OSError as error:
                raise EncodingError(f"ffmpeg cannot be started: {error.strerror or type(error).__name__}") from error
            self._running.add(process)
            return process


def _movie(output: str, messages: str) -> Movie:
    """Return what ffmpeg says about the movie that it wrote."""
    _, _, written = messages.rpartition("Output #0")
    picture = re.search(r"Video:.*?[ ,](\d+)x(\d+)[ ,\[]", written)
    rate = re.search(r"Video:.*?([\d.]+) fps", written)
    frames = re.findall(r"^frame=\s*(\d+)", output, re.MULTILINE)
    if picture is None or rate is None or not frames or int(frames[-1]) == 0:
        raise EncodingError("ffmpeg found no picture in it")
    return Movie(int(picture[1]), int(picture[2]), int(frames[-1]), float(rate[1]))


def _reason(messages: str, source: Path) -> str:
    """Return the last thing that ffmpeg says, without places on this machine."""
    lines = [line.strip() for line in messages.splitlines() if line.strip()]
    last = lines[-1] if lines else "it says nothing"
    return last.replace(f"file:{source}", "the file").replace(str(source), "the file")[:400]

"""Owns the part of a session that deals in files: components, and the locations that they are in."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from ..errors import UnexpectedResponseError
from ..transport import public_url

if TYPE_CHECKING:
    from ..behaviours.components import HasAvailability
    from ..behaviours.locations import StoresComponents
    from ..entity import Entity
    from ..files.paths import Paths
    from ..files.session_files import SessionFiles
    from ..state import SessionState


class FileAccess:
    """The files of a session. Nothing of them is imported, and no location is set up, before somebody asks for one."""

    _state: SessionState
    _session_files: SessionFiles | None = None

    @property
    def _files(self) -> SessionFiles:
        """What this session does with files, and its locations, set up."""
        if self._session_files is None:
            from ..files.session_files import SessionFiles

            with self._state.lock:
                if self._session_files is None:
                    self._session_files = SessionFiles(self._state)
        self._session_files.configure()
        return self._session_files

    def _forget_locations(self) -> None:
        """Forget how locations are used; they are set up anew when asked for."""
        if self._session_files is not None:
            self._session_files.forget()

    def create_component(
        self,
        path: Paths,
        data: Mapping[str, Any] | None = None,
        location: StoresComponents[Any, Any] | Literal["auto"] | None = "auto",
    ) -> Entity:
        """Return a new component for the data at *path*: a file, or a sequence such as ``/p/f.%04d.exr [1-5, 7]``.

        Several paths make a container, whose members are named after the files. Otherwise the name is "main".
        *data* are values of the component; name, size and file type are found out where they are not among them. It is
        added to *location*, by default to what `pick_location` gives, and committed; with None it is sent with the next
        commit, and stays where it is. Raise LocationError where it cannot be added.
        """
        return self._files.create(path, data or {}, location)

    def pick_location(self, component: HasAvailability[Any] | None = None) -> Entity | None:
        """Return the usable location with the lowest priority number: with *component*, the first that has of it."""
        return self._files.pick([component])[0] if component is not None else self._files.first()

    def pick_locations(self, components: Iterable[HasAvailability[Any]]) -> Sequence[Entity | None]:
        """Return what `pick_location` would for each of *components*, found in one request."""
        return self._files.pick(components)

    def get_component_availability(
        self, component: HasAvailability[Any], locations: Iterable[StoresComponents[Any, Any]] | None = None
    ) -> dict[str, float]:
        """Return how much of *component* is in each of *locations*, by default all: per cent by location id."""
        return self._files.availabilities([component], locations)[0]

    def get_component_availabilities(
        self, components: Iterable[HasAvailability[Any]], locations: Iterable[StoresComponents[Any, Any]] | None = None
    ) -> list[dict[str, float]]:
        """Return for each of *components* how much of it is in each of *locations*, by default all.

        Members of containers and frames of sequences count in equal parts.
        """
        return self._files.availabilities(components, locations)

    def encode_media(
        self,
        media: str | os.PathLike[str] | HasAvailability[Any],
        version_id: str | None = None,
        keep_original: bool | Literal["auto"] = "auto",
    ) -> Entity:
        """Make the server encode *media*, a path or a file component that it has, and return the job; see `Job.wait`.

        What comes of it becomes components of the version *version_id*. A path is uploaded first. Unless
        *keep_original*, which "auto" means for components only, the server deletes the original when it is done. Raise
        ValueError for other media, LocationError where it cannot be uploaded, and ServerError where the server refuses.
        """
        return self._files.encode_media(media, version_id, keep_original)

    def get_upload_metadata(
        self, component_id: str, file_name: str, file_size: int, checksum: str | None = None
    ) -> dict[str, Any]:
        """Return where and how to upload the data of a component: ``url`` and ``headers`` (protocol section 6.1).

        *file_size* is in bytes, *checksum* an MD5 as base64.
        """
        operation = {
            "action": "get_upload_metadata",
            "component_id": component_id,
            "file_name": file_name,
            "file_size": file_size,
            "checksum": checksum,
        }
        (result,) = self._state.call([operation])
        if not isinstance(result, dict) or "url" not in result:
            server_url = public_url(self._state.session.server_url)
            raise UnexpectedResponseError("the answer to get_upload_metadata has no url", server_url)
        return result

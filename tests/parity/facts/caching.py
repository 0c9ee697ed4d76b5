"""Facts of the session's caches (sections 2, 3, 7 and 18)."""

from __future__ import annotations

import contextlib
import importlib
from typing import Any

from tests.parity.client import Client, Session, raised


def _module(client: Client) -> Any:
    return importlib.import_module("ftrack_typed.cache" if client.is_ours else "ftrack_api.cache")


def _persistent(client: Client) -> Any:
    """Return what makes the cache that the documentation of the original shows: JSON in a file."""
    cache = _module(client)

    def make(session: Session) -> Any:
        return cache.SerialisedCache(
            cache.FileCache(str(client.folder / "cache.dbm")),
            encode=lambda entity: session.encode(entity, entity_attribute_strategy="persisted_only"),
            decode=session.decode,
        )

    return make


def _keys(cache: Any) -> list[Any]:
    keys: list[Any] = cache.keys()
    return keys


def _query_of(client: Client, text: str) -> None:
    """Let a session with the persistent cache show what *text* finds."""
    with contextlib.closing(client.open(cache=_persistent(client))) as session:
        session.query(text).all()
    client.server.clear()


def first_layer_is_the_memory_of_the_session(client: Client, session: Session) -> None:
    # Section 2: LayeredCache([MemoryCache()]), and the cache of the user.
    cache = _module(client)
    assert isinstance(session.cache, cache.LayeredCache)
    assert len(session.cache.caches) == 1
    assert isinstance(session.cache_key_maker, cache.StringKeyMaker)
    mine = cache.MemoryCache()
    with contextlib.closing(client.open(cache=mine)) as other:
        assert other.cache.caches[1:] == [mine]
    with contextlib.closing(client.open(cache=lambda _: mine)) as other:
        assert other.cache.caches[1:] == [mine]
    with contextlib.closing(client.open(cache=lambda _: None)) as other:
        assert len(other.cache.caches) == 1


def cache_of_the_user_gets_the_session(client: Client, _session: Session) -> None:
    # Section 2.
    got: list[Session] = []
    with contextlib.closing(client.open(cache=got.append)) as session:
        assert got == [session]


def keys_of_entities(client: Client, session: Session) -> None:
    # Section 18: type and key as one text.
    (task_id, *_) = client.server.production(1).tasks
    task = session.get("Task", task_id)
    key = f"('Task', ['{task_id}'])"
    assert key in _keys(session.cache)
    assert session.cache_key_maker.key(("Task", [task_id])) == key
    assert session.cache.get(key) is task
    assert task in session.cache.values()
    with raised(KeyError):
        session.cache.get("('Task', ['nothing'])")


def key_maker_of_the_user(client: Client, _session: Session) -> None:
    # Section 2: whatever makes keys.
    cache = _module(client)
    (task_id, *_) = client.server.production(1).tasks
    with contextlib.closing(client.open(cache_key_maker=cache.ObjectKeyMaker())) as session:
        task = session.get("Task", task_id)
        key = session.cache_key_maker.key(("Task", [task_id]))
        assert isinstance(key, bytes)
        assert session.cache.get(key) is task


def removed_entity_is_asked_for_again(client: Client, session: Session) -> None:
    # Sections 4 and 18: what is not in the cache is asked for.
    (task_id, *_) = client.server.production(1).tasks
    task = session.get("Task", task_id)
    session.cache.remove(f"('Task', ['{task_id}'])")
    client.server.clear()
    assert session.get("Task", task_id) is not task
    assert client.server.actions == ["query"]


def clear_goes_by_a_pattern(client: Client, session: Session) -> None:
    # Section 18: a search in the keys.
    production = client.server.production(1)
    task, shot = session.get("Task", production.tasks[0]), session.get("Shot", production.shot)
    session.cache.clear(r"^\('Task',")
    client.server.clear()
    assert session.get("Shot", production.shot) is shot
    assert client.server.requests == []
    assert session.get("Task", production.tasks[0]) is not task
    session.cache.clear()
    assert session.cache.keys() == []


def fresh_session_gets_entities_from_the_file(client: Client, _session: Session) -> None:
    # Section 18: get sends nothing where the file has the entity.
    (task_id, *_) = client.server.production(1).tasks
    _query_of(client, f"select name, bid, description from Task where id is {task_id}")
    with contextlib.closing(client.open(cache=_persistent(client))) as session:
        client.server.clear()
        task = session.get("Task", task_id)
        assert (task["name"], task["bid"], task["id"]) == ("task_000", 0.0, task_id)
        assert client.server.requests == []
        assert session.get("Task", task_id) is task


def fresh_session_gets_a_tree_from_the_file(client: Client, _session: Session) -> None:
    # Section 18: references and what they lead to.
    production = client.server.production(3)
    _query_of(
        client,
        f"select name, parent.name, parent.parent.name, status.name, type.name from Task "
        f"where parent_id is {production.shot}",
    )
    with contextlib.closing(client.open(cache=_persistent(client))) as session:
        client.server.clear()
        tasks = [session.get("Task", task_id) for task_id in production.tasks]
        assert [task["name"] for task in tasks] == ["task_000", "task_001", "task_002"]
        assert {task["parent"]["name"] for task in tasks} == {"sh010"}
        assert {task["parent"]["parent"]["id"] for task in tasks} == {production.project}
        assert tasks[0]["parent"]["parent"]["name"].startswith("project")
        assert tasks[0]["status"]["name"]
        assert tasks[0]["parent"] is tasks[1]["parent"]
        assert client.server.requests == []


def fresh_session_gets_collections_from_the_file(client: Client, _session: Session) -> None:
    # Section 18: a tree downwards.
    production = client.server.production(3)
    _query_of(client, f"select name, children.name from Shot where id is {production.shot}")
    with contextlib.closing(client.open(cache=_persistent(client))) as session:
        client.server.clear()
        shot = session.get("Shot", production.shot)
        assert sorted(child["name"] for child in shot["children"]) == ["task_000", "task_001", "task_002"]
        assert client.server.requests == []


def fresh_session_gets_metadata_from_the_file(client: Client, _session: Session) -> None:
    # Section 18: mappings too.
    (task_id, *_) = client.server.production(1).tasks
    client.server.add_metadata("Task", task_id, lens="32mm", light="dawn")
    _query_of(client, f"select name, metadata.key, metadata.value from Task where id is {task_id}")
    with contextlib.closing(client.open(cache=_persistent(client))) as session:
        client.server.clear()
        metadata = session.get("Task", task_id)["metadata"]
        assert {key: metadata[key] for key in metadata} == {"lens": "32mm", "light": "dawn"}
        assert client.server.requests == []


def what_the_file_lacks_is_asked_for(client: Client, _session: Session) -> None:
    # Sections 12 and 18.
    (task_id, *_) = client.server.production(1).tasks
    _query_of(client, f"select name from Task where id is {task_id}")
    with contextlib.closing(client.open(cache=_persistent(client))) as session:
        client.server.clear()
        task = session.get("Task", task_id)
        assert client.server.requests == []
        assert task["bid"] == 0.0
        assert client.server.actions == ["query"]


def populate_asks_the_server(client: Client, _session: Session) -> None:
    # Section 6: populate brings the values of the server, whatever is known.
    (task_id, *_) = client.server.production(1).tasks
    _query_of(client, f"select name from Task where id is {task_id}")
    client.server.change("Task", task_id, name="renamed")
    with contextlib.closing(client.open(cache=_persistent(client))) as session:
        client.server.clear()
        task = session.get("Task", task_id)
        assert task["name"] == "task_000"
        assert client.server.requests == []
        session.populate(task, "name")
        assert client.server.actions == ["query"]
        assert task["name"] == "renamed"


def query_refreshes_what_came_from_the_file(client: Client, _session: Session) -> None:
    # Section 5: and the file holds it then.
    (task_id, *_) = client.server.production(1).tasks
    text = f"select name from Task where id is {task_id}"
    _query_of(client, text)
    client.server.change("Task", task_id, name="renamed")
    with contextlib.closing(client.open(cache=_persistent(client))) as session:
        task = session.get("Task", task_id)
        assert session.query(text).one() is task
        assert task["name"] == "renamed"
    with contextlib.closing(client.open(cache=_persistent(client))) as session:
        client.server.clear()
        assert session.get("Task", task_id)["name"] == "renamed"
        assert client.server.requests == []


def changes_that_wait_are_not_in_the_file(client: Client, _session: Session) -> None:
    # Section 18: persisted values alone.
    (task_id, *_) = client.server.production(1).tasks
    text = f"select name, bid from Task where id is {task_id}"
    with contextlib.closing(client.open(cache=_persistent(client))) as session:
        task = session.query(text).one()
        task["name"] = "changed"
        session.query(text).one()
        session.query(f"select name, bid, description from Task where id is {task_id}").one()
        assert task["name"] == "changed"
        with contextlib.closing(client.open(cache=_persistent(client))) as other:
            assert other.get("Task", task_id)["name"] == "task_000"


def new_entities_are_not_in_the_file(client: Client, _session: Session) -> None:
    # Section 18. The original puts a creation there at once, as a row without values.
    production = client.server.production(1)
    with contextlib.closing(client.open(cache=_persistent(client))) as session:
        parent = session.get("Shot", production.shot)
        task = session.create("Task", {"name": "new", "parent": parent})
        key = f"('Task', ['{task['id']}'])"
        assert (key in _keys(session.cache.caches[1])) is client.expect(original=True, ours=False)


def reset_leaves_the_lower_layers(client: Client, _session: Session) -> None:
    # Section 3: the memory alone is cleared.
    (task_id, *_) = client.server.production(1).tasks
    with contextlib.closing(client.open(cache=_persistent(client))) as session:
        before = session.query(f"select name from Task where id is {task_id}").one()
        session.reset()
        client.server.clear()
        task = session.get("Task", task_id)
        assert task is not before
        assert task["name"] == "task_000"
        assert client.server.requests == []


def close_leaves_the_lower_layers(client: Client, _session: Session) -> None:
    # Section 3: the memory is empty then; the file is for others.
    (task_id, *_) = client.server.production(1).tasks
    session = client.open(cache=_persistent(client))
    session.query(f"select name from Task where id is {task_id}").one()
    session.close()
    assert session.cache.caches[0].keys() == []
    assert f"('Task', ['{task_id}'])" in _keys(session.cache.caches[1])


def commit_and_the_file(client: Client, _session: Session) -> None:
    # Section 7: what a commit changed. The original writes what it sent; ours drops the row, so that the next one to
    # read gets what the server has.
    (task_id, *_) = client.server.production(1).tasks
    with contextlib.closing(client.open(cache=_persistent(client))) as session:
        task = session.query(f"select name, bid from Task where id is {task_id}").one()
        task["name"] = "renamed"
        session.commit()
        key = f"('Task', ['{task_id}'])"
        assert (key in _keys(session.cache.caches[1])) is client.expect(original=True, ours=False)
    with contextlib.closing(client.open(cache=_persistent(client))) as session:
        assert session.get("Task", task_id)["name"] == "renamed"


def deletion_and_the_file(client: Client, _session: Session) -> None:
    # Section 7. The original still gives the entity, in this session and in later ones.
    (task_id, *_) = client.server.production(1).tasks
    with contextlib.closing(client.open(cache=_persistent(client))) as session:
        task = session.query(f"select name from Task where id is {task_id}").one()
        session.delete(task)
        session.commit()
    with contextlib.closing(client.open(cache=_persistent(client))) as session:
        found = session.get("Task", task_id)
        assert (found is not None) is client.expect(original=True, ours=False)


def cache_that_is_added_later(client: Client, session: Session) -> None:
    # Section 27: the list of layers is one to append to.
    cache = _module(client)
    (task_id, *_) = client.server.production(1).tasks
    added = cache.MemoryCache()
    session.cache.caches.append(added)
    session.query(f"select name from Task where id is {task_id}").one()
    assert f"('Task', ['{task_id}'])" in _keys(added)


def cache_that_takes_nothing_new(client: Client, _session: Session) -> None:
    # Section 5: a cache of the user may reject entities that are new.
    cache = _module(client)
    new = client.symbol.CREATED

    class Rejecting(cache.MemoryCache):  # type: ignore[misc, name-defined]
        def set(self, key: Any, value: Any) -> None:
            if client.state(None, value) != str(new):
                super().set(key, value)

    production = client.server.production(1)
    mine = Rejecting()
    with contextlib.closing(client.open(cache=mine)) as session:
        shot = session.query(f"select name from Shot where id is {production.shot}").one()
        task = session.create("Task", {"name": "new", "parent": shot})
        assert f"('Task', ['{task['id']}'])" not in _keys(mine)
        assert f"('Shot', ['{production.shot}'])" in _keys(mine)

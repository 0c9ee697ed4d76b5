"""Prints reports with projections, caches of its own, a call that is watched, and what goes wrong."""

import builtins
import collections
import functools
import os
import tempfile

import ftrack_api
import ftrack_api.cache
import ftrack_api.exception
import ftrack_api.formatter
import ftrack_api.inspection
import ftrack_api.query
from ftrack_api.symbol import NOT_SET

folder = tempfile.mkdtemp()


def cache_maker(session):
    return ftrack_api.cache.SerialisedCache(
        ftrack_api.cache.FileCache(os.path.join(folder, "cache.dbm")),
        encode=functools.partial(session.encode, entity_attribute_strategy="persisted_only"),
        decode=session.decode,
    )


class CountingSession(ftrack_api.Session):
    """Counts what is sent, by replacing what everything goes through."""

    def __init__(self, *args, **kwargs):
        self.actions = collections.Counter()
        super(CountingSession, self).__init__(*args, **kwargs)

    def call(self, data):
        for operation in data:
            self.actions[operation["action"]] += 1
        return super(CountingSession, self).call(data)


session = CountingSession(cache=cache_maker, plugin_paths=[])
print(session.actions["query_server_information"] > 0, isinstance(session, ftrack_api.Session))
tasks = session.query(
    "select name, status.name, parent.name, assignments.resource.username, bid from Task "
    'where project.name is "demo" and status.name in ("In progress", "Approved") order by parent.name, name'
).all()
sent = session.actions["query"]
report = collections.OrderedDict()
for task in tasks:
    people = sorted(each["resource"]["username"] for each in task["assignments"])
    report.setdefault(task["status"]["name"], []).append((task["parent"]["name"], task["name"], people, task["bid"]))
for status in sorted(report):
    print(status, len(report[status]), report[status][:3], sum(row[3] for row in report[status]))
print("no further queries", session.actions["query"] == sent)
with session.auto_populating(False):
    print(tasks[0]["description"] is NOT_SET, tasks[0]["type_id"] is NOT_SET)
session.populate(tasks, "description, type.name")
with session.auto_populating(False):
    print(tasks[0]["description"] is NOT_SET, sorted({task["type"]["name"] for task in tasks}))
print(len(session.cache.caches), isinstance(session.cache.caches, list))
print(
    sorted(tasks[0].keys())[:3],
    len(tasks[0].attributes) > 20,
    "name" in tasks[0],
    tasks[0].get("name") == tasks[0]["name"],
)
print([attribute.name for attribute in sorted(tasks[0].attributes, key=lambda each: each.name)][:4])
print(tasks[0] == session.get("Task", tasks[0]["id"]), len({tasks[0], session.get("Task", tasks[0]["id"])}))
result = session.query("User")
print(type(result).__name__, len(result) > 3, result[0].entity_type, [each.entity_type for each in result[1:3]])
for kind, work in (
    ("MultipleResultsFoundError", lambda: session.query("User").one()),
    ("NoResultFoundError", lambda: session.query("User where username is nobody").one()),
    ("ValueError", lambda: session.query("User limit 2").first()),
    ("ValueError", lambda: session.query("User offset 2").one()),
    ("KeyError", lambda: session.query("Usr").first()),
    ("ServerError", lambda: session.query("User where nope is 1").first()),
    ("UnrecognisedEntityTypeError", lambda: session.create("Nope", {})),
    ("KeyError", lambda: tasks[0]["nope"]),
    ("KeyError", lambda: tasks[0].__setitem__("nope", 1)),
    ("ImmutableAttributeError", lambda: tasks[0].__setitem__("id", "x")),
    ("KeyError", lambda: session.get("Nope", "x")),
    ("", lambda: session.get("Task", "no-such-id")),
    ("ValueError", lambda: session.ensure("User", {}, ["username"])),
    ("KeyError", lambda: session.types["Nope"]),
    ("TypeError", lambda: session.encode({"a": object()})),
    ("ValueError", lambda: session.encode({}, entity_attribute_strategy="nope")),
    ("ServerError", lambda: session.call([{"action": "nope"}])),
):
    expected = getattr(ftrack_api.exception, kind, None) or getattr(builtins, kind, ())
    try:
        print(kind, work())
    except Exception as error:
        print(kind, isinstance(error, expected))
shown = ftrack_api.formatter.format(
    tasks[0], attribute_filter=lambda entity, key, value: key in ("name", "bid"), recursive=False
)
print([line.strip() for line in shown.splitlines() if "bid" in line or "name" in line])
again = CountingSession(cache=cache_maker, plugin_paths=[])
again.actions.clear()
task = again.get("Task", tasks[0]["id"])
print(task["name"] == tasks[0]["name"], task["status"]["name"] == tasks[0]["status"]["name"], again.actions["query"])
memory = ftrack_api.cache.MemoryCache()
layers = ftrack_api.cache.LayeredCache([memory, ftrack_api.cache.MemoryCache()])
layers.set("a", 1)
layers.caches[0].remove("a")
print(layers.get("a"), memory.get("a"), sorted(layers.keys()), list(layers.values()))
layers.clear("^b")
print(layers.keys())
try:
    memory.get("b")
except KeyError:
    print("KeyError")
maker = ftrack_api.cache.ObjectKeyMaker()
print(maker.key({"a": 1, "b": [2, "x"]}) == maker.key({"b": [2, "x"], "a": 1}), maker.key(len), maker.key((1, "a"))[:8])
print(ftrack_api.cache.StringKeyMaker().key("User", ["1"]))
calls = []


@ftrack_api.cache.memoise_decorator(ftrack_api.cache.Memoiser(ftrack_api.cache.MemoryCache()))
def add(a, b=2, **more):
    calls.append((a, b))
    return [a + b]


add(1).append("spoilt")
print(add(1), add(a=1, b=2), add(1, 2), len(calls))
print(session.merge(task)["name"] == task["name"], session.merge([1, {"a": 2}]), session.server_url == again.server_url)
print(
    sorted(session.server_information)[:0],
    session.api_user,
    session.get("User", result[0]["id"])["username"] == result[0]["username"],
)

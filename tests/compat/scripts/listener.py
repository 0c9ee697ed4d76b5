"""Listens to changes of data and to actions, as long-running services do, and answers them."""

import threading
import time

import ftrack_api
import ftrack_api.event.base
import ftrack_api.event.expression
import ftrack_api.event.hub
import ftrack_api.event.subscriber


class Listener(object):
    def __init__(self, session):
        self.session = session
        self.seen = []
        self.changed = threading.Event()

    def on_update(self, event):
        self.session._local_cache.clear()
        for entity in event["data"].get("entities", []):
            if entity.get("entityType") == "task" and "statusid" in (entity.get("keys") or []):
                self.seen.append((entity["action"], sorted(entity["keys"]) == ["statusid"], entity["entity_type"]))
                self.changed.set()
        event["data"]["seen"] = True

    def on_discover(self, event):
        return {"items": [{"label": "Do it", "actionIdentifier": "do-it"}]}

    def on_launch(self, event):
        if event["data"].get("actionIdentifier") != "do-it":
            return None
        return {"success": True, "message": "Done: {0}".format(len(event["data"]["selection"]))}


session = ftrack_api.Session(auto_connect_event_hub=True)
service = ftrack_api.Session(auto_connect_event_hub=True)
listener = Listener(service)
print(isinstance(session, ftrack_api.Session), isinstance(session, ftrack_api.session.Session))
for hub in (session.event_hub, service.event_hub):
    end = time.time() + 120
    while not hub.connected and time.time() < end:
        time.sleep(0.05)
print(session.event_hub.connected, service.event_hub.connected)
first = service.event_hub.subscribe("topic=ftrack.update", listener.on_update)
service.event_hub.subscribe(
    'topic=ftrack.action.discover and source.user.username="{0}"'.format(session.api_user),
    listener.on_discover,
    subscriber={"id": "discoverer"},
)
service.event_hub.subscribe(
    "topic=ftrack.action.launch and data.actionIdentifier=do-it", listener.on_launch, priority=10
)
print(isinstance(first, str), service.event_hub.get_subscriber_by_identifier("discoverer") is not None)
try:
    service.event_hub.subscribe("topic=x", listener.on_launch, subscriber={"id": "discoverer"})
except ftrack_api.exception.NotUniqueError:
    print("NotUniqueError")

stop = threading.Event()


def serve():
    while not stop.is_set():
        service.event_hub.wait(duration=0.2)


thread = threading.Thread(target=serve)
thread.start()
replies = []
end = time.time() + 120
while not replies and time.time() < end:
    # Again until the service is subscribed; who publishes does not learn when that is.
    event = ftrack_api.event.base.Event(topic="ftrack.action.discover", data={"selection": []})
    session.event_hub.publish(event, on_reply=lambda reply: replies.append(reply["data"]))
    session.event_hub.wait(duration=0.5)
print(replies[:1])
event = ftrack_api.event.base.Event("ftrack.action.launch", data={"actionIdentifier": "do-it", "selection": [1, 2]})
launched = []
session.event_hub.publish(
    event,
    on_reply=lambda reply: launched.append((reply["topic"], reply["data"], reply["in_reply_to_event"] == event["id"])),
)
while not launched and time.time() < end:
    session.event_hub.wait(duration=0.2)
print(launched)
task = session.query("Task where name is animation and parent.name is sq010_sh010").one()
before = task["status"]
task["status"] = (
    session.query('Status where name is "On Hold"').first()
    or session.query('Status where id is_not "{0}"'.format(before["id"])).first()
)
session.commit()
print(listener.changed.wait(120), listener.seen)
stop.set()
thread.join()
local = []
session.event_hub.subscribe("topic=local.*", lambda event: local.append(event["topic"]) or event["data"])
session.event_hub.subscribe("topic=local.one", lambda event: event.stop(), priority=200)
print(session.event_hub.publish(ftrack_api.event.base.Event("local.one", data={"a": 1}), synchronous=True), local)
print(session.event_hub.publish(ftrack_api.event.base.Event("local.two", data=3), synchronous=True))
expression = ftrack_api.event.expression.Parser().parse('topic="a.b" and (data.x=1* or not data.y=2)')
print(
    expression.match({"topic": "a.b", "data": {"x": "10"}}),
    expression.match({"topic": "a.b", "data": {"x": "2", "y": "2"}}),
)
try:
    ftrack_api.event.expression.Parser().parse("topic nor x")
except ftrack_api.exception.ParseError:
    print("ParseError")
service.event_hub.unsubscribe(first)
print(service.event_hub.get_subscriber_by_identifier(first))
task["status"] = before
session.commit()
copied = ftrack_api.event.base.Event("t", data={"x": [1]}, source={"id": "s"}, target="id=x")
print(sorted(copied.keys()), copied["target"], copied.is_stopped() if hasattr(copied, "is_stopped") else None)
session.close()
service.close()
print(session.closed, service.event_hub.connected)

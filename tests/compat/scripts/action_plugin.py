"""An action as plugins have it: registered behind a guard, discovered and launched by events of this process."""

import functools
import logging
import os
import tempfile
import textwrap

import ftrack_api
import ftrack_api.event.base
import ftrack_api.formatter

logging.disable(logging.CRITICAL)


class BaseAction(object):
    label = None
    identifier = None

    def __init__(self, session):
        if not isinstance(session, ftrack_api.Session):
            raise ValueError("not a session")
        self.session = session

    def register(self):
        self.session.event_hub.subscribe(
            "topic=ftrack.action.discover and source.user.username={0}".format(self.session.api_user), self._discover
        )
        self.session.event_hub.subscribe(
            "topic=ftrack.action.launch and data.actionIdentifier={0} and source.user.username={1}".format(
                self.identifier, self.session.api_user
            ),
            self._launch,
        )

    def _discover(self, event):
        entities = self._entities(event)
        if not entities or any(entity.entity_type != "Task" for entity in entities):
            return None
        return {"items": [{"label": self.label, "actionIdentifier": self.identifier}]}

    def _launch(self, event):
        return self.launch(self.session, self._entities(event), event)

    def _entities(self, event):
        return [
            self.session.get(selected["entityType"], selected["entityId"])
            for selected in event["data"].get("selection", [])
        ]


class ReportAction(BaseAction):
    label = "Report"
    identifier = "example.report"

    def launch(self, session, entities, event):
        lines = [ftrack_api.formatter.format(entity, attribute_filter=only_name) for entity in entities]
        event["data"].setdefault("seen", []).append(len(entities))
        return {"success": True, "message": "{0} entities: {1}".format(len(entities), lines[0].splitlines()[0])}


def only_name(entity, name, value):
    return name == "name"


def register(session, **kw):
    # What every plugin does: leave where this is not a session.
    if not isinstance(session, ftrack_api.session.Session):
        return
    ReportAction(session).register()


PLUGIN = """
    import ftrack_api

    def register(session, **kw):
        if not isinstance(session, ftrack_api.session.Session):
            return
        session.event_hub.subscribe("topic=example.topic", lambda event: event["data"]["value"] * 2, priority=10)
        print("registered", sorted(kw))
"""


def main():
    folder = tempfile.mkdtemp()
    with open(os.path.join(folder, "plugin.py"), "w") as file:
        file.write(textwrap.dedent(PLUGIN))
    session = ftrack_api.Session(plugin_paths=[folder], plugin_arguments={"studio": "example"})
    register(session)
    register(object())

    task = session.query('Task where name is "animation" and parent.name is "sq010_sh010"').first()
    shot = session.query('Shot where name is "sq010_sh010"').first()
    publish = functools.partial(session.event_hub.publish, synchronous=True)
    for entity in (task, shot):
        selection = [{"entityId": entity["id"], "entityType": entity.entity_type}]
        event = ftrack_api.event.base.Event(
            topic="ftrack.action.discover",
            data={"selection": selection},
            source={"user": {"username": session.api_user}},
        )
        print(entity.entity_type, [result for result in publish(event) if result])
        launch = ftrack_api.event.base.Event(
            topic="ftrack.action.launch",
            data={"selection": selection, "actionIdentifier": "example.report"},
            source={"user": {"username": session.api_user}},
        )
        print(publish(launch), launch["data"]["seen"])
    print(publish(ftrack_api.event.base.Event(topic="example.topic", data={"value": 21})))
    try:
        session.event_hub.subscribe("topic=", lambda event: None)
    except ftrack_api.exception.ParseError:
        print("bad expression")
    try:
        session.event_hub.publish(ftrack_api.event.base.Event(topic="example.topic"))
    except ftrack_api.exception.EventHubConnectionError:
        print("not connected")
    try:
        BaseAction(None)
    except ValueError as error:
        print(error)
    session.close()
    try:
        session.query("Task").first()
    except ftrack_api.exception.ConnectionClosedError:
        print("closed")


if __name__ == "__main__":
    main()

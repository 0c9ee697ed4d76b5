// Drives the official JavaScript client's event hub: two handlers, one published question, its reply, and a commit.
import { Event, Session } from "@ftrack/api";

const { FTRACK_SERVER, FTRACK_API_USER, FTRACK_API_KEY } = process.env;
const session = new Session(FTRACK_SERVER, FTRACK_API_USER, FTRACK_API_KEY, { autoConnectEventHub: true });
await session.initializing;
const hub = session.eventHub;

const heard = [];
hub.subscribe("topic=studio.question", (event) => {
  heard.push(event.data);
  return { answer: 42 };
});
const updated = new Promise((resolve) => {
  hub.subscribe("topic=ftrack.update", (event) => resolve(event.data));
});

const reply = await hub.publishAndWaitForReply(new Event("studio.question", { text: "é" }), { timeout: 20 });
await session.create("User", { username: "made-by-javascript" });
const update = await updated;
console.log(JSON.stringify({ heard, reply, update }));
process.exit(0);

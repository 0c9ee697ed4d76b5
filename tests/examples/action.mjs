// Drives an action as a web client does: discovers it, opens its form, and launches it with answers.
import { Event, Session } from "@ftrack/api";

const { FTRACK_SERVER, FTRACK_API_USER, FTRACK_API_KEY, TASK_ID } = process.env;
const session = new Session(FTRACK_SERVER, FTRACK_API_USER, FTRACK_API_KEY, { autoConnectEventHub: true });
await session.initializing;
const selection = [{ entityId: TASK_ID, entityType: "task" }];
const ask = async (topic, data) =>
  (await session.eventHub.publishAndWaitForReply(new Event(topic, { selection, ...data }), { timeout: 300 })).data;

const { items } = await ask("ftrack.action.discover", {});
const [item] = items;
const form = await ask("ftrack.action.launch", item);
const wrong = await ask("ftrack.action.launch", { ...item, values: { days: "soon", weekends: "count" } });
const done = await ask("ftrack.action.launch", { ...item, values: { days: "3", weekends: "count", reason: "é" } });
console.log(JSON.stringify({ item, form, wrong, done }));
process.exit(0);

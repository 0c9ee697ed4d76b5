// Scenarios of the event hub: what is published reaches its subscribers once, replies come back, commits are told.
import assert from "node:assert/strict";
import { error, Event } from "@ftrack/api";
import { demo, FTRACK_API_USER, stranger, until } from "./_client.mjs";

const topic = () => `studio.${crypto.randomUUID()}`;

let first;

/**
 * Return the connected hub of the first session that asks, whichever asks: sessions of one process with the same key
 * share a connection, on which the client asks for replies to the first one's questions alone.
 */
async function connected(session) {
  if (first === undefined) {
    first = session;
    first.eventHub.connect();
  }
  await until(() => first.eventHub.isConnected());
  return first.eventHub;
}

/** Subscribe, and wait until the server has it: events of one connection are handled in their order. */
async function subscribed(hub, expression, handler, metadata) {
  const id = hub.subscribe(expression, handler, metadata);
  const own = topic();
  const reached = new Promise((resolve) => hub.subscribe(`topic=${own}`, resolve));
  await hub.publish(new Event(own, {}));
  await reached;
  return id;
}

export async function question_is_answered(session) {
  const [name, hub, heard] = [topic(), await connected(session), []];
  await subscribed(hub, `topic=${name}`, (event) => {
    heard.push(event);
    return { answer: 42 };
  });
  const reply = await hub.publishAndWaitForReply(new Event(name, { text: "é" }), { timeout: 60 });
  assert.deepEqual([reply.topic, reply.data], ["ftrack.meta.reply", { answer: 42 }]);
  assert.equal(heard.length, 1);
  assert.deepEqual(heard[0].data, { text: "é" });
  assert.equal(heard[0].source.user.username, FTRACK_API_USER);
  assert.ok(heard[0].source.user.id);
}

export async function every_subscriber_replies(session) {
  const [name, hub, replies] = [topic(), await connected(session), []];
  await subscribed(hub, `topic=${name}`, () => ({ from: "one" }));
  await subscribed(hub, `topic=${name}`, async () => ({ from: "two" }));
  await hub.publish(new Event(name, {}), { onReply: (event) => replies.push(event.data.from) });
  await until(() => replies.length === 2);
  assert.deepEqual(replies.sort(), ["one", "two"]);
}

export async function question_that_nobody_answers_times_out(session) {
  const hub = await connected(session);
  await assert.rejects(hub.publishAndWaitForReply(new Event(topic(), {}), { timeout: 1 }), error.EventServerReplyTimeoutError);
}

export async function events_of_another_session_come_once_and_in_order(session) {
  const [name, hub, numbers] = [topic(), await connected(session), []];
  await subscribed(hub, `topic=${name}.*`, (event) => void numbers.push(event.data.number));
  const { opened } = await stranger(session);
  const publisher = opened.eventHub;
  publisher.connect();
  await until(() => publisher.isConnected());
  for (let number = 0; number < 50; number += 1) await publisher.publish(new Event(`${name}.more`, { number }));
  await until(() => numbers.length >= 50);
  assert.deepEqual(numbers, [...Array(50).keys()]);
}

export async function unsubscribed_handler_is_not_called(session) {
  const [name, hub, heard] = [topic(), await connected(session), []];
  const id = await subscribed(hub, `topic=${name}`, () => void heard.push("first"));
  assert.ok(hub.getSubscriberByIdentifier(id));
  assert.equal(hub.unsubscribe(id), true);
  await subscribed(hub, `topic=${name}`, () => void heard.push("second"));
  await hub.publish(new Event(name, {}));
  await until(() => heard.length > 0);
  assert.deepEqual(heard, ["second"]);
}

export async function commit_is_told_with_the_token_of_the_client(session) {
  const [hub, told] = [await connected(session), []];
  await subscribed(hub, "topic=ftrack.update", (event) => void told.push(event.data));
  const project = await demo(session);
  const { data: folder } = await session.create("Folder", { name: topic(), parent_id: project.id });
  const update = await until(() => told.find((each) => each.entities.some((entity) => entity.entityId === folder.id)));
  assert.equal(update.clientToken, session.clientToken);
  const entry = update.entities.find((entity) => entity.entityId === folder.id);
  assert.deepEqual([entry.action, entry.changes.name], ["add", { new: folder.name, old: null }]);
}

export async function upload_is_told_to_listeners(session) {
  const hub = await connected(session);
  const told = [];
  await subscribed(hub, "topic=ftrack.location.component-added", (event) => void told.push(event.data));
  const [{ data: component }] = await first.createComponent(new File(["content"], "note.txt"));
  await until(() => told.length > 0);
  assert.equal(told[0].component_id, component.id);
}

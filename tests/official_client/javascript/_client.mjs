// Owns what the scenarios share: sessions, the demo project, and waiting for what the server does meanwhile.
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { Session } from "@ftrack/api";

export const { FTRACK_SERVER, FTRACK_API_USER, FTRACK_API_KEY } = process.env;
const PATIENCE = 120_000;

/** Open a session that has seen nothing yet. */
export function openSession(options = {}, user = FTRACK_API_USER, key = FTRACK_API_KEY) {
  return new Session(FTRACK_SERVER, user, key, options);
}

/** Wait until the asynchronous `condition` gives something true, and return that. */
export async function until(condition) {
  const deadline = Date.now() + PATIENCE;
  for (;;) {
    const found = await condition();
    if (found) return found;
    assert.ok(Date.now() < deadline, "waited in vain");
    await sleep(20);
  }
}

/** Return the only row of a query. */
export async function one(session, query) {
  const { data } = await session.query(query);
  assert.equal(data.length, 1, query);
  return data[0];
}

export function demo(session) {
  return one(session, "select id, name, project_schema_id from Project where name is demo");
}

/** Make an active user without a role, and open a session as that one. */
export async function stranger(session) {
  const username = `stranger-${crypto.randomUUID()}`;
  const { data: user } = await session.create("User", { username, is_active: true });
  const reset = { action: "reset_remote", reset_type: "api_key", entity_type: "User", entity_key: user.id };
  const [{ data }] = await session.call([reset]);
  const opened = openSession({}, username, data.api_key);
  await opened.initializing;
  return { user, opened };
}

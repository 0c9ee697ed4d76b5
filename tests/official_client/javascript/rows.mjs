// Scenarios of rows: what is queried, searched, created, changed and deleted, and how the client shows it.
import assert from "node:assert/strict";
import { expression, operation, projectSchema } from "@ftrack/api";
import { demo, one, openSession } from "./_client.mjs";

const name = (word) => `${word}_${crypto.randomUUID().slice(0, 8)}`;

export async function session_learns_schemas_and_information(session) {
  assert.equal(session.initialized, true);
  assert.equal(session.getSchema("Task").id, "Task");
  assert.deepEqual(session.getSchema("Metadata").primary_key, ["parent_id", "key"]);
  assert.equal(session.getSchema("NoSuchType"), null);
  assert.match(session.serverInformation.version, /^\d+\.\d+\.\d+/);
  const narrow = openSession({ serverInformationValues: ["is_timezone_support_enabled"] });
  await narrow.initializing;
  assert.equal(narrow.serverInformation.is_timezone_support_enabled, true);
}

export async function query_gives_typed_rows_and_the_next_offset(session) {
  const { data, metadata } = await session.query("select name, status.state.short from Task order by id limit 2");
  assert.equal(data.length, 2);
  assert.equal(metadata.next.offset, 2);
  for (const task of data) {
    assert.equal(task.__entity_type__, "Task");
    assert.equal(typeof task.status.state.short, "string");
  }
  const rest = await session.query("select name from Task order by id offset 2");
  assert.equal(rest.metadata.next.offset ?? null, null);
}

export async function repeated_entities_are_whole_at_every_place(session) {
  const { data } = await session.query('select name, project.full_name from Task where project.name is "demo"');
  assert.ok(data.length > 10);
  assert.ok(data.every((task) => task.project.full_name === "Night Train"));
}

export async function dates_come_as_moments(session) {
  const project = await demo(session);
  const made = { name: name("dated"), parent_id: project.id, project_id: project.id, start_date: new Date("2031-02-03T04:05:06Z") };
  const { data } = await session.create("Task", made);
  const task = await one(session, expression`select start_date from Task where id is ${data.id}`);
  assert.equal(new Date(task.start_date).toISOString(), "2031-02-03T04:05:06.000Z");
  const found = await session.query(`select id from Task where id is ${data.id} and start_date is "2031-02-03T04:05:06"`);
  assert.equal(found.data.length, 1);
}

export async function texts_with_quotes_are_found(session) {
  const project = await demo(session);
  const odd = `${name("odd")} "q" 'a' limit 5`;
  const { data } = await session.create("Folder", { name: odd, parent_id: project.id });
  const found = await one(session, expression`select id from Folder where name is "${odd}"`);
  assert.equal(found.id, data.id);
}

export async function search_finds_terms_below_a_context(session) {
  const project = await demo(session);
  const word = name("needle");
  await session.create("Folder", { name: word, parent_id: project.id });
  const asked = { expression: "select name from TypedContext", entityType: "TypedContext", contextId: project.id };
  const { data } = await session.search({ ...asked, terms: [word.toUpperCase()], objectTypeIds: [] });
  assert.deepEqual(data.map((each) => each.name), [word]);
  const none = await session.search({ ...asked, terms: [word, "no such word"] });
  assert.deepEqual(none.data, []);
}

export async function rows_are_created_changed_and_deleted(session) {
  const project = await demo(session);
  const made = await session.create("Folder", { name: name("folder"), parent_id: project.id });
  assert.equal(made.action, "create");
  assert.equal(made.data.project_id, project.id);
  const changed = await session.update("Folder", [made.data.id], { description: "a text" });
  assert.equal(changed.data.description, "a text");
  const key = [made.data.id, "key"];
  await session.create("Metadata", { parent_id: key[0], parent_type: "Folder", key: key[1], value: "1" });
  await session.update("Metadata", key, { value: "2" });
  const folder = await one(session, `select description, metadata.value from Folder where id is ${made.data.id}`);
  assert.deepEqual([folder.description, folder.metadata[0].value], ["a text", "2"]);
  assert.equal((await session.delete("Metadata", key)).data, true);
  assert.equal((await session.delete("Folder", [made.data.id])).data, true);
  assert.deepEqual((await session.query(`Folder where id is ${made.data.id}`)).data, []);
}

export async function batch_is_done_whole_and_answered_in_order(session) {
  const project = await demo(session);
  const [id, child] = [crypto.randomUUID(), crypto.randomUUID()];
  const results = await session.call([
    operation.create("Folder", { id, name: name("above"), parent_id: project.id }),
    operation.create("Folder", { id: child, name: name("below"), parent_id: id }),
    operation.query(`select parent.id from Folder where id is ${child}`),
    operation.search({ expression: "select id from Folder", entityType: "Folder", terms: ["below"], contextId: id }),
    operation.update("Folder", [child], { description: "seen" }),
    operation.delete("Folder", [child]),
  ]);
  assert.deepEqual(results.map((each) => each.action), ["create", "create", "query", "search", "update", "delete"]);
  assert.equal(results[2].data[0].parent.id, id);
  assert.deepEqual(results[3].data.map((each) => each.id), [child]);
  assert.equal(results[4].data.description, "seen");
}

export async function ensure_creates_once_and_changes_after(session) {
  const project = await demo(session);
  const data = { name: name("ensured"), project_id: project.id, parent_id: project.id, description: "one" };
  const first = await session.ensure("Folder", data, ["name", "parent_id"]);
  const second = await session.ensure("Folder", { ...data, description: "two" }, ["name", "parent_id"]);
  assert.equal(second.id, first.id);
  const row = await one(session, `select description from Folder where id is ${first.id}`);
  assert.equal(row.description, "two");
}

export async function version_numbers_come_from_the_server(session) {
  const project = await demo(session);
  const { data: asset } = await session.create("Asset", { name: name("asset"), context_id: project.id });
  const first = await session.create("AssetVersion", { asset_id: asset.id });
  const second = await session.create("AssetVersion", { asset_id: asset.id });
  assert.deepEqual([first.data.version, second.data.version], [1, 2]);
}

export async function custom_attributes_are_upserted(session) {
  const shot = (await session.query("select id from Shot where project.name is demo limit 1")).data[0];
  const configuration = await one(session, "select id from CustomAttributeConfiguration where key is fstart");
  const key = [configuration.id, shot.id];
  await session.update("ContextCustomAttributeValue", key, { value: 1234 });
  const value = `ContextCustomAttributeValue where entity_id is ${shot.id} and key is fstart`;
  assert.equal((await one(session, `select value from ${value}`)).value, 1234);
}

export async function project_schema_helper_gives_statuses(session) {
  const project = await demo(session);
  const statuses = await projectSchema.getStatuses(session, project.project_schema_id, "Task");
  assert.ok(statuses.length > 1);
  assert.ok(statuses.every((status) => typeof status.name === "string"));
  assert.ok((await projectSchema.getStatuses(session, project.project_schema_id, "AssetVersion")).length > 1);
  assert.ok((await projectSchema.getStatuses(session, project.project_schema_id, "Shot")).length > 1);
}

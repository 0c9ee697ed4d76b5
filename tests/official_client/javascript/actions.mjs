// Scenarios of the other actions, and of the errors that the client makes of refusals.
import assert from "node:assert/strict";
import { error, Session } from "@ftrack/api";
import { demo, FTRACK_API_USER, FTRACK_SERVER, one, stranger } from "./_client.mjs";

export async function new_key_ends_the_old_one(session) {
  const { user, opened } = await stranger(session);
  assert.equal((await one(opened, `select id from User where username is "${user.username}"`)).id, user.id);
  const [{ action, data }] = await opened.call([{ action: "reset_remote", reset_type: "api_key" }]);
  assert.equal(action, "reset_remote");
  assert.notEqual(data.api_key, opened.apiKey);
  await assert.rejects(opened.query("select id from User"), error.ServerError);
  const wrong = { action: "reset_remote", reset_type: ["id"], entity_type: "User", entity_key: user.id };
  await assert.rejects(session.call([wrong]), error.ServerValidationError);
}

export async function widget_has_a_page_that_needs_no_key(session) {
  const project = await demo(session);
  const asked = { action: "get_widget_url", name: "info", theme: "dark", entity_type: "Project", entity_key: [project.id] };
  const [{ widget_url: url }] = await session.call([asked]);
  assert.ok(!url.includes(session.apiKey));
  const page = await fetch(url);
  assert.equal(page.status, 200);
  assert.match(await page.text(), new RegExp(project.id));
  await assert.rejects(session.call([{ ...asked, name: "no_such_widget" }]), error.ServerValidationError);
}

export async function invitations_are_sent(session) {
  const username = `guest-${crypto.randomUUID()}`;
  const { data: user } = await session.create("User", { username, email: "javascript@example.com" });
  const project = await demo(session);
  const { data: review } = await session.create("ReviewSession", {
    name: "review", project_id: project.id, start_date: "2031-01-01T00:00:00", end_date: "2031-01-02T00:00:00",
  });
  const { data: invitee } = await session.create("ReviewSessionInvitee", {
    review_session_id: review.id, email: "javascript-review@example.com", name: "guest",
  });
  const results = await session.call([
    { action: "send_user_invite", user_id: user.id },
    { action: "send_review_session_invite", review_session_invitee_id: invitee.id },
  ]);
  assert.deepEqual(results.map((each) => each.sent), [true, true]);
}

export async function roles_are_given_for_projects_and_taken_away(session) {
  const { data: user } = await session.create("User", { username: `js_${crypto.randomUUID()}`, is_active: true });
  const { data: roles } = await session.query('select name from SecurityRole where type is "PROJECT"');
  const { data: projects } = await session.query("select id from Project limit 1");
  const id = (name) => roles.find((role) => role.name === name).id;
  const given = { user_id: user.id, role_id: id("User") };
  const here = { ...given, project_id: projects[0].id };
  await session.call([
    { action: "add_user_security_role", ...given },
    { action: "grant_user_security_role_project", ...here },
    { action: "revoke_user_security_role_project", ...here },
    { action: "update_user_security_role", ...given, new_role_id: id("Project manager") },
    { action: "remove_user_security_role", ...given, role_id: id("Project manager") },
  ]);
  const { data: left } = await session.query(`select id from UserSecurityRole where user_id is "${user.id}"`);
  assert.deepEqual(left, []);
}

export async function questions_and_reports_of_connect_are_answered(session) {
  const { data: projects } = await session.query("select id from Project limit 1");
  const context = { entity_type: "Project", entity_key: [projects[0].id] };
  const [{ result }] = await session.call([
    { action: "_authorize_operation", data: { action: "create", data: { entity_type: "Task" }, context } },
    { action: "_track_usage", data: { type: "event", name: "STARTED", metadata: {} } },
  ]);
  assert.equal(result, true);
}

export async function delayed_job_is_a_job(session) {
  const [{ action, data }] = await session.call([{ action: "delayed_job", job_type: "SYNC_USERS_LDAP" }]);
  assert.deepEqual([action, data.__entity_type__], ["delayed_job", "Job"]);
  assert.equal((await one(session, `select status from Job where id is ${data.id}`)).status, "failed");
}

export async function unknown_action_is_named(session) {
  await assert.rejects(session.call([{ action: "no_such_action" }]), {
    name: "ServerError",
    message: /Invalid action u'no_such_action'/,
  });
}

export async function wrong_key_is_a_server_error(_session) {
  const refused = new Session(FTRACK_SERVER, FTRACK_API_USER, "wrong");
  await assert.rejects(refused.initializing, (raised) => {
    assert.ok(raised instanceof error.ServerError);
    assert.equal(raised.errorCode, "api_credentials_invalid");
    return /ftrack-api-key/.test(raised.message);
  });
}

export async function errors_have_the_class_of_their_kind(session) {
  const project = await demo(session);
  const task = await session.query("select id from Task limit 1");
  const { opened } = await stranger(session);
  const edit = (caller, values) => caller.update("Task", [task.data[0].id], values);
  await assert.rejects(edit(session, { bid: "no number" }), error.ServerValidationError);
  await assert.rejects(edit(opened, { name: "taken over" }), error.ServerPermissionDeniedError);
  await assert.rejects(session.query("select name from Task where"), /ParseError|Failed to parse/);
  await assert.rejects(session.query("select no_such_attribute from Task"), error.ServerError);
  const twice = { id: crypto.randomUUID(), name: `twice-${crypto.randomUUID()}`, parent_id: project.id };
  await session.create("Folder", twice);
  await assert.rejects(session.create("Folder", twice), error.ServerError);
}

export async function failed_batch_does_nothing(session) {
  const username = `never-${crypto.randomUUID()}`;
  const create = { action: "create", entity_type: "User", entity_data: { __entity_type__: "User", username } };
  await assert.rejects(session.call([create, { action: "no_such_action" }]), error.ServerError);
  assert.deepEqual((await session.query(`User where username is "${username}"`)).data, []);
}

// Scenarios of files: uploads in one piece and in parts, downloads, previews, removal, encoding (protocol section 6).
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { SERVER_LOCATION_ID } from "@ftrack/api";
import { demo, one, until } from "./_client.mjs";

const MEBIBYTE = 1024 * 1024;
const checksum = (content) => createHash("sha256").update(Buffer.from(content)).digest("hex");

async function uploaded(session, content, fileName, options = {}) {
  const results = await session.createComponent(new File([content], fileName), options);
  return results[0].data;
}

async function downloaded(url) {
  const response = await fetch(url);
  assert.equal(response.status, 200, url);
  return response.arrayBuffer();
}

/** Return a picture as PPM, which needs no library. */
function picture(width, height) {
  return Buffer.concat([Buffer.from(`P6 ${width} ${height} 255\n`), Buffer.alloc(width * height * 3, 0x80)]);
}

/** Return a movie of four grey pictures as YUV4MPEG, which needs no library. */
function movie(width, height) {
  const frame = Buffer.concat([Buffer.from("FRAME\n"), Buffer.alloc((width * height * 3) / 2, 0x80)]);
  return Buffer.concat([Buffer.from(`YUV4MPEG2 W${width} H${height} F24:1 Ip A1:1 C420jpeg\n`), frame, frame, frame, frame]);
}

async function version(session) {
  const project = await demo(session);
  const { data: asset } = await session.create("Asset", { name: `a${crypto.randomUUID()}`, context_id: project.id });
  return (await session.create("AssetVersion", { asset_id: asset.id })).data;
}

async function encoded(session, component, version_id = null) {
  const asked = { action: "encode_media", component_id: component.id, version_id, keep_original: false };
  const [{ job_id: id }] = await session.call([asked]);
  return until(async () => {
    const job = await one(session, `select status, data from Job where id is ${id}`);
    return ["done", "failed"].includes(job.status) && { status: job.status, ...JSON.parse(job.data) };
  });
}

export async function file_is_uploaded_and_downloaded(session) {
  const content = randomBytes(100_000);
  const component = await uploaded(session, content, "plate.exr");
  const row = await one(session, `select name, file_type, size, component_locations.location_id from FileComponent where id is ${component.id}`);
  assert.deepEqual([row.name, row.file_type, row.size], ["plate", ".exr", content.length]);
  assert.deepEqual(row.component_locations.map((each) => each.location_id), [SERVER_LOCATION_ID]);
  const response = await fetch(session.getComponentUrl(component.id), { headers: { Origin: "http://studio.example" } });
  assert.equal(checksum(await response.arrayBuffer()), checksum(content));
  assert.match(response.headers.get("content-disposition"), /plate\.exr/);
}

export async function large_file_goes_in_parts(session) {
  const content = randomBytes(20 * MEBIBYTE + 7);
  const progress = [];
  const component = await uploaded(session, content, "take.mov", { onProgress: (percent) => progress.push(percent) });
  assert.equal(checksum(await downloaded(session.getComponentUrl(component.id))), checksum(content));
  assert.ok(progress.length > 2);
  assert.ok(progress.every((percent) => percent >= 0 && percent <= 100), String(progress));
}

export async function preview_is_fitted(session) {
  const component = await uploaded(session, picture(64, 32), "still.ppm");
  const png = Buffer.from(await downloaded(session.thumbnailUrl(component.id, { size: 16 })));
  assert.equal(png.subarray(1, 4).toString(), "PNG");
  assert.deepEqual([png.readUInt32BE(16), png.readUInt32BE(20)], [16, 8]);
  const placeholder = Buffer.from(await downloaded(session.thumbnailUrl(null)));
  assert.equal(placeholder.subarray(1, 4).toString(), "PNG");
}

export async function thumbnail_of_an_entity_has_an_address_without_the_key(session) {
  const component = await uploaded(session, picture(8, 8), "still.ppm");
  const { id } = await version(session);
  await session.update("AssetVersion", [id], { thumbnail_id: component.id });
  const { thumbnail_url: address } = await one(session, `select thumbnail_url from AssetVersion where id is ${id}`);
  assert.ok(!address.url.includes(session.apiKey));
  assert.ok((await downloaded(address.url)).byteLength > 0);
}

export async function removed_file_is_gone(session) {
  const component = await uploaded(session, "content", "note.txt");
  const url = session.getComponentUrl(component.id);
  const removal = await fetch(url.replace("/component/get", "/component/remove"));
  assert.equal(removal.ok, true);
  assert.equal((await fetch(url)).status, 404);
}

export async function wrong_key_downloads_nothing(session) {
  const component = await uploaded(session, "content", "note.txt");
  const url = session.getComponentUrl(component.id).replace(/apiKey=.*/, "apiKey=wrong");
  assert.equal((await fetch(url)).status, 401);
}

export async function picture_is_encoded_and_becomes_the_thumbnail(session) {
  const { id } = await version(session);
  const job = await encoded(session, await uploaded(session, picture(64, 32), "still.ppm"), id);
  assert.equal(job.status, "done", job.error);
  const row = await one(session, `select thumbnail_id, components.name from AssetVersion where id is ${id}`);
  assert.equal(row.thumbnail_id, job.output[0].component_id);
  assert.deepEqual(row.components.map((each) => each.name), ["ftrackreview-image"]);
}

export async function movie_is_encoded(session) {
  const { id } = await version(session);
  const job = await encoded(session, await uploaded(session, movie(64, 32), "take.y4m"), id);
  assert.equal(job.status, "done", job.error);
  const { data } = await session.query(`select name, metadata.key, metadata.value from FileComponent where version_id is ${id}`);
  assert.deepEqual(data.map((each) => each.name).sort(), ["ftrackreview-mp4", "thumbnail"]);
  const facts = data.find((each) => each.name === "ftrackreview-mp4").metadata.find((each) => each.key === "ftr_meta");
  assert.deepEqual(JSON.parse(facts.value), { frameIn: 0, frameOut: 4, frameRate: 24, width: 64, height: 32 });
}

export async function movie_that_is_none_makes_a_failed_job(session) {
  const job = await encoded(session, await uploaded(session, "this is no movie", "take.mov"));
  assert.equal(job.status, "failed");
  assert.ok(job.error);
}

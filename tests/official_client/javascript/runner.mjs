// Runs every scenario with the official JavaScript client, each with a session of its own, and writes down how it went.
//
// Usage: node runner.mjs FILE. The file gets a JSON object: by "module.function", null or how it failed. The client is
// made for browsers: uploads go through XMLHttpRequest, which jsdom has, with the cross-origin rules that a browser
// keeps. Sockets are those of `ws`.
import { readdirSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { JSDOM } from "jsdom";
import WebSocket from "ws";

const LIMIT = 200_000;
console.error = () => {}; // the client shows every refusal there, those that a scenario asks for too

const { window } = new JSDOM("", { url: "http://studio.example/" });
Object.assign(globalThis, { window, XMLHttpRequest: window.XMLHttpRequest, Blob: window.Blob, File: window.File, WebSocket });

const { openSession } = await import("./_client.mjs");
/** Fail after a time in which every scenario ends, so that one that waits in vain is named. */
async function late() {
  await sleep(LIMIT);
  throw new Error(`not done after ${LIMIT} ms`);
}

const folder = new URL("./", import.meta.url);
const outcomes = {};
for (const file of readdirSync(folder).filter((name) => /^(?!_|runner).*\.mjs$/.test(name)).sort()) {
  for (const [name, scenario] of Object.entries(await import(new URL(file, folder).href))) {
    const key = `${file.slice(0, -4)}.${name}`;
    const session = openSession();
    try {
      await session.initializing;
      await Promise.race([scenario(session), late()]);
      outcomes[key] = null;
    } catch (error) {
      outcomes[key] = String(error?.stack ?? error);
    }
  }
}
writeFileSync(process.argv[2], JSON.stringify(outcomes));
process.exit(0);

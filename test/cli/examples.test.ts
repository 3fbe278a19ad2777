import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { COMMANDS } from "../../lib/cli/commands/command-list.ts";
import { OBJECT_TYPE_OF, parseNoun } from "../../lib/cli/record-words.ts";
import { SAMPLE_STAGES } from "../../infra/local/local-options.ts";
import { fillSamplePortal } from "../../infra/local/hubspot-simulator/sample-portal.ts";
import { SAMPLE_IDENTITY } from "../../infra/local/hubspot-simulator/server.ts";
import { World } from "../../infra/local/hubspot-simulator/world.ts";
import { startAdminWorld, type AdminWorld } from "../fixtures/admin-world.ts";
import { runCli, words, type CliOutcome } from "../fixtures/cli-desk.ts";
import { openRecordsDesk } from "../fixtures/records-desk.ts";
import { openSignedDoor, type SignedDoor } from "../fixtures/signed-door.ts";

vi.setConfig({ testTimeout: 120_000 });

const README = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
const KEYS = { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "wJalrXUtnFEMI", sessionToken: "FwoGZXIv" };

/** Commands that work on records, and end by themselves. */
const ON_RECORDS = ["health", "list", "show", "explain", "set", "detach", "attach", "resync", "reconcile", "preview"];

/** A line as it is typed, without its beginning, `npx hubspot-zep`, and without a remark. */
type Line = string;

const examples = COMMANDS.flatMap((command) => command.examples);
const fromHelp: readonly Line[] = examples.map((example) => example.replace(/^npx hubspot-zep |\n.*$/gu, ""));

/** Every command line between back ticks in the README; `…` stands for what was written before it. */
function readReadme(): readonly Line[] {
  const names = COMMANDS.map(({ name }) => name.split(" ")[0]);
  const lines = README.split("\n").flatMap((line) => {
    const spans = [...line.matchAll(/`(?:npx )?([^`]+)`/gu)].map(([, span = ""]) => span);
    let before = "";
    const whole = spans.flatMap((span) => {
      const isCommand = names.includes(span.split(" ")[1]);
      const spelt = span.startsWith("… ") ? span.replace(isCommand ? "… " : "…", isCommand ? "" : before) : span;
      const [, command] = /^(?:hubspot-zep )?(\S+ .+|health|stages|setup|hubspot-app)$/u.exec(spelt) ?? [];
      if (command === undefined || !names.includes(command.split(" ")[0])) return [];
      before = spelt;
      return command;
    });
    return whole;
  });
  return [...new Set(lines)];
}

const fromReadme = readReadme();
const isConcrete = (line: Line): boolean => !/[<…]|\d{8}-\d{6}-/u.test(line);
const isOnRecords = (line: Line): boolean => ON_RECORDS.includes(line.split(" ")[0] ?? "") && isConcrete(line);

const NAMED = { company: { name: "Kunde" }, contact: { lastname: "Öz" }, deal: { dealname: "Umbau" } } as const;

let admin: AdminWorld;
let door: SignedDoor;

/** Every record that an example names, a company and a contact with it, here and in HubSpot. */
beforeAll(async () => {
  admin = await startAdminWorld();
  door = await openSignedDoor(admin.local.stack.url, KEYS);
  await admin.install({ recordsApiUrl: door.url });
  const desk = await openRecordsDesk(admin.local);
  const objects = [...fromHelp, ...fromReadme].filter(isOnRecords).flatMap((line) => {
    const [verb = "", noun = "", id = ""] = words(line);
    if (!/^\d+$/u.test(id) || verb === "list") return [];
    return { type: OBJECT_TYPE_OF[parseNoun(noun)], id };
  });
  const companyId = await desk.create("company", { name: "Müller KG" });
  for (const { type, id } of new Map(objects.map((object) => [JSON.stringify(object), object])).values()) {
    await desk.create(type, NAMED[type], { id, ...(type !== "company" && { companyId }) });
  }
  await admin.local.settle();
});

afterAll(async () => {
  await door.stop();
  await admin.close();
});

function run(line: Line): Promise<CliOutcome> {
  const identity = { ...KEYS, region: "eu-central-1" };
  const { url } = admin.local.stack;
  return runCli(url, words(line), {
    env: { ...admin.env, HUBSPOT_ZEP_URL: url },
    folder: admin.folder,
    loadAwsIdentity: () => Promise.resolve(identity),
  });
}

/** The state that an example takes for granted: an attach is of a detached record, to an id that has none yet. */
async function prepare([verb, noun, id, option, targetId]: readonly string[]): Promise<void> {
  if (verb === "detach") await run(`attach ${noun} ${id}`);
  if (verb !== "attach") return;
  await run(`detach ${noun} ${id}`);
  if (option !== "--to" || targetId === undefined) return;
  const desk = await openRecordsDesk(admin.local);
  await desk.unheard(() =>
    desk.create(OBJECT_TYPE_OF[parseNoun(noun ?? "")], NAMED[OBJECT_TYPE_OF[parseNoun(noun ?? "")]], { id: targetId }),
  );
}

/** Gives a number back that an example has given, and moves back what it has moved to another id: for the next one. */
async function tidyUp([verb, noun, id, option, targetId]: readonly string[]): Promise<void> {
  const numberField = /^(?:kundennummer|customerNumber|kurzform|shortForm)=/iu.exec(option ?? "")?.[0];
  if (verb === "set" && numberField !== undefined) await run(`set ${noun} ${id} ${numberField}${id}`);
  if (verb !== "attach" || option !== "--to") return;
  await run(`detach ${noun} ${targetId}`);
  await run(`attach ${noun} ${targetId} --to ${id}`);
}

describe("every example of a command on records", () => {
  it.each([...new Set([...fromHelp, ...fromReadme])].filter(isOnRecords))("does what it says: %s", async (line) => {
    await prepare(words(line));
    const asked = door.letIn.length;
    const { exitCode, error, out } = await run(line);
    expect({ exitCode, error }).toEqual({ exitCode: 0, error: "" });
    expect(out).not.toBe("");
    // With --aws it went through the door on AWS, without it did not.
    expect(door.letIn.length > asked).toBe(words(line).includes("--aws"));
    await tidyUp(words(line));
  });
});

describe("every example in a command's help", () => {
  it.each(examples)("can be pasted into a shell as it stands: %s", (example) => {
    expect(example).toMatch(/^(?:HUBSPOT_ACCESS_TOKEN=… )?npx hubspot-zep [^()#\n]+(?:\n {6}\S.*)?$/u);
  });

  it("changes records that `npm start` has", () => {
    const world = new World({ identity: SAMPLE_IDENTITY, now: Date.now, seed: 1 });
    fillSamplePortal(world);
    const changed = fromHelp.filter((line) => /^(?:set|detach|attach|resync) /u.test(line)).map(words);
    expect(changed).not.toEqual([]);
    for (const [, noun = "", id = ""] of changed) {
      const type = OBJECT_TYPE_OF[parseNoun(noun)];
      const { dealstage = SAMPLE_STAGES } = world.findObject(type, id, Date.now())?.properties ?? { dealstage: "gone" };
      expect(SAMPLE_STAGES, `stage of ${type} ${id}`).toContain(dealstage);
    }
  });
});

describe("the README", () => {
  it("shows each command on records that it should", () => {
    const shown = new Set(fromReadme.map((line) => line.split(" ")[0]));
    expect(ON_RECORDS.filter((name) => !shown.has(name))).toEqual([]);
    expect(fromReadme).toContain("attach customer 4711 --to 4712");
  });

  it.each(fromReadme)("names a command and options that there are: %s", (line) => {
    const args = words(line);
    const command = COMMANDS.find(({ name }) => line === name || line.startsWith(`${name} `));
    const known = (command?.options ?? []).map(([flags]) => flags.split(" ")[0]);
    expect(command).toBeDefined();
    expect([...known, "--json", "--help"]).toEqual(
      expect.arrayContaining(args.filter((word) => word.startsWith("--"))),
    );
  });

  it("shows requests to the records API that are answered", async () => {
    const urls = [...README.matchAll(/curl -s 'http:\/\/127\.0\.0\.1:8787(\S+)'/gu)].map(([, path = ""]) => path);
    expect(urls).not.toEqual([]);
    for (const path of urls) expect((await fetch(admin.local.stack.url + path)).status).toBe(200);
  });
});

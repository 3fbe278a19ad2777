import { describe, expect, it } from "vitest";
import type { PortalEvent } from "../../../infra/local/hubspot-simulator/portal-event.ts";
import { createRandom, pickIndex, shuffle, type Random } from "../../../infra/local/hubspot-simulator/seeded-random.ts";
import { SAMPLE_IDENTITY } from "../../../infra/local/hubspot-simulator/server.ts";
import { toWireEvent } from "../../../infra/local/hubspot-simulator/webhook-event.ts";
import type { Mutation } from "../../../infra/local/hubspot-simulator/world.ts";
import { parseDelivery } from "../../../lib/hubspot/webhook-events.ts";
import { coalesceChanges } from "../../../lib/domain/coalesce-changes.ts";
import {
  companyId,
  contactId,
  dealId,
  differences,
  fill,
  link,
  numbers,
  sums,
  work,
  type Filled,
} from "../../fixtures/pass-portal.ts";

const HOUR_MS = 3_600_000;
const COUNTS = { companies: 200, contacts: 300, deals: 150 };
const wait = ({ world }: Filled, ms: number): Promise<void> => world.clock.run(world.clock.sleep(ms));

/** Something happens to an object that nothing happened to yet, so that no later event makes up for a lost one. */
function happen({ hubspot }: Filled, number: number, random: Random): Mutation {
  const kind = number % 10;
  switch (kind) {
    case 0:
      return hubspot.create("contact", { properties: { lastname: `Neu ${number}` } });
    case 1:
    case 2:
      return hubspot.update("company", companyId(number), { name: `Umbenannt ${number}` });
    case 3:
    case 4:
      return hubspot.update("contact", contactId(number), { lastname: `Umbenannt ${number}` });
    case 5:
      return hubspot.update("deal", dealId(number), { dealname: `Umbenannt ${number}` });
    case 6: {
      const toId = companyId(pickIndex(random, COUNTS.companies));
      return link(hubspot, { from: { type: "contact", id: contactId(number) }, toId, isPrimary: true });
    }
    case 7:
      return hubspot.create("company", { properties: { name: `Neu ${number}` } });
    case 8:
      return hubspot.delete("deal", dealId(number));
    default:
      return hubspot.delete("contact", contactId(number));
  }
}

interface Network {
  readonly dropShare: number;
  readonly duplicateShare: number;
}

/** What of some events arrives, twice at times, in deliveries of any size and order. @returns how many were lost */
async function deliver(
  { world }: Filled,
  events: readonly PortalEvent[],
  { random, dropShare, duplicateShare }: Network & { readonly random: Random },
): Promise<number> {
  const kept = events.filter(() => random() >= dropShare);
  const arriving = shuffle(random, [...kept, ...kept.filter(() => random() < duplicateShare)]);
  while (arriving.length > 0) {
    const part = arriving.splice(0, 1 + pickIndex(random, 40));
    const format = random() < 0.5 ? "legacy" : "generic";
    const body = JSON.stringify(part.map((event) => toWireEvent(event, { identity: SAMPLE_IDENTITY, format, random })));
    const parsed = parseDelivery(Buffer.from(body), world.clock.now());
    if (parsed.kind !== "parsed") throw new Error(parsed.kind);
    const changes = coalesceChanges(parsed.changes);
    await world.queue.send({ deliveryId: "test", receivedAtMs: world.clock.now(), changes });
  }
  return events.length - kept.length;
}

const wrongRecords = (filled: Filled): readonly string[] =>
  differences(filled).map((difference) => difference.split(" ").slice(0, 2).join(" "));

/** `customer 7` and the like, for each record that the pass wrote. */
function writtenByPass({ world }: Filled): readonly string[] {
  return world.log.flatMap((line) => {
    const found = /^record written (\{.*\})/u.exec(line)?.[1];
    const { type, id, cause } = found === undefined ? {} : Object(JSON.parse(found));
    return cause === "pass" ? [`${type} ${id}`] : [];
  });
}

async function live(seed: number, network: Network): Promise<{ readonly filled: Filled; readonly lost: number }> {
  const random = createRandom(seed);
  const filled = fill(COUNTS);
  await filled.world.runPass();
  await work(filled);
  await wait(filled, HOUR_MS);
  let lost = 0;
  for (let burst = 0; burst < 7; burst += 1) {
    const events = numbers(20).flatMap((number) => happen(filled, burst * 20 + number, random).events);
    lost += await deliver(filled, events, { random, ...network });
    await wait(filled, 5_000);
    await work(filled);
  }
  await wait(filled, 2 * HOUR_MS);
  return { filled, lost };
}

describe("a pass after a day of webhooks", () => {
  it.each(numbers(4))(
    "of which 1 % were lost and 5 % came twice, in any order, ends in the rules' records (seed %i)",
    async (seed) => {
      const { filled } = await live(seed + 1, { dropShare: 0.01, duplicateShare: 0.05 });
      const wrong = wrongRecords(filled);
      filled.world.log.length = 0;
      const pass = await filled.world.runPass();
      expect(new Set(writtenByPass(filled))).toEqual(new Set(wrong));
      expect(sums(pass, "repaired").reduce((sum, count) => sum + count, 0)).toBe(wrong.length);
      await work(filled);
      expect(differences(filled)).toEqual([]);
    },
  );

  it.each(numbers(4))(
    "of which a third were lost, reports exactly as many repairs as records were wrong (seed %i)",
    async (seed) => {
      const { filled, lost } = await live(seed + 50, { dropShare: 0.33, duplicateShare: 0.05 });
      const wrong = wrongRecords(filled);
      expect(lost).toBeGreaterThan(20);
      expect(wrong.length).toBeGreaterThan(10);
      filled.world.log.length = 0;
      const pass = await filled.world.runPass();
      expect(sums(pass, "repaired").reduce((sum, count) => sum + count, 0)).toBe(wrong.length);
      expect(writtenByPass(filled).toSorted()).toEqual(wrong.toSorted());
      await work(filled);
      expect(differences(filled)).toEqual([]);
      expect(sums(await filled.world.runPass(), "repaired")).toEqual([0, 0, 0]);
    },
  );

  it("of which none was lost repairs nothing", async () => {
    const { filled } = await live(9, { dropShare: 0, duplicateShare: 0.05 });
    expect(wrongRecords(filled)).toEqual([]);
    expect(sums(await filled.world.runPass(), "repaired")).toEqual([0, 0, 0]);
  });
});

import { describe, expect, it } from "vitest";
import { createApiWorld } from "../fixtures/api-world.ts";
import { sampleProject } from "../fixtures/sample-records.ts";

const NEW_YEARS_EVE = { startDate: "2030-12-31", endDate: "2030-12-31" };
const LAST_OF_JUNE = { startDate: "2030-06-30", endDate: "2030-06-30" };

/** Whether a project of that duration can be booked at that moment, in Berlin. */
async function isBookable(duration: typeof LAST_OF_JUNE, moment: string): Promise<unknown> {
  const world = createApiWorld();
  const project = sampleProject("5", "7");
  const own = { ...project.own, tasks: ["Bau"], projectEmployees: ["mm"], status: "active", ...duration } as const;
  await world.store.write({ ...project, own });
  world.advance(Date.parse(moment) - world.now());
  const { body = "" } = await world.ask({ path: "/v1/projects/5" });
  return JSON.parse(body).bookable;
}

describe("today", () => {
  it.each([
    [LAST_OF_JUNE, "2030-06-29T21:59:00Z", false],
    [LAST_OF_JUNE, "2030-06-29T22:00:00Z", true],
    [LAST_OF_JUNE, "2030-06-30T21:59:00Z", true],
    [LAST_OF_JUNE, "2030-06-30T22:00:00Z", false],
    [NEW_YEARS_EVE, "2030-12-30T22:59:00Z", false],
    [NEW_YEARS_EVE, "2030-12-30T23:00:00Z", true],
    [NEW_YEARS_EVE, "2030-12-31T22:59:00Z", true],
    [NEW_YEARS_EVE, "2030-12-31T23:00:00Z", false],
  ])(
    "begins at midnight where the records are kept: %j at %s is bookable: %s",
    async (...[duration, moment, expected]) => {
      expect(await isBookable(duration, moment)).toBe(expected);
    },
  );
});

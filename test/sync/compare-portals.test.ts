import { describe, expect, it } from "vitest";
import { comparePortals } from "../../lib/sync/compare-portals.ts";
import type { Portal } from "../../lib/sync/pass-ports.ts";

const answer = (portalId: string) => ({
  readAccount: () => Promise.resolve({ portalId, uiDomain: "app-eu1.hubspot.com", timeZone: "Europe/Berlin" }),
});

/** The table's memory of one portal; what is stored first stays. */
function createMarks() {
  const kept: { portal?: Portal } = {};
  return {
    kept,
    readPortal: () => Promise.resolve(kept.portal),
    savePortal: (portal: Portal) => Promise.resolve((kept.portal ??= portal)),
  };
}

describe("comparePortals", () => {
  it("remembers the first account that it sees, and lets it pass from then on", async () => {
    const marks = createMarks();
    await comparePortals(answer("7"), marks);
    expect(marks.kept.portal).toEqual({ portalId: "7", uiDomain: "app-eu1.hubspot.com" });
    await comparePortals(answer("7"), marks);
  });

  it("refuses another account than the records are of, and names both", async () => {
    const marks = createMarks();
    await comparePortals(answer("7"), marks);
    await expect(comparePortals(answer("8"), marks)).rejects.toMatchObject({
      name: "NonRetryableError",
      code: "wrongPortal",
      message:
        "The access token is of HubSpot account 8, but the records are of account 7. " +
        "Store a token of account 7, or deploy to a table of its own for account 8.",
    });
    expect(marks.kept.portal?.portalId).toBe("7");
  });

  it("refuses an account when another one was stored at the same moment", async () => {
    const marks = { ...createMarks(), savePortal: () => Promise.resolve({ portalId: "8", uiDomain: "" }) };
    await expect(comparePortals(answer("7"), marks)).rejects.toMatchObject({ code: "wrongPortal" });
  });
});

import { describe, expect, it } from "vitest";
import { RECORD_STATES } from "../../lib/domain/record.ts";
import { CONTACT_PERSON_LIFE, CUSTOMER_LIFE, PROJECT_LIFE, type Life } from "../fixtures/life-events.ts";
import { LifeWorld } from "../fixtures/life-world.ts";

/**
 * The whole life of a record, through the real use cases: each state (column), reached as in life, meets everything that
 * may happen in HubSpot or here (row). A cell is the state that follows, `+` with data and `-` without, or the refusal.
 */
const CUSTOMERS = `
                 | nothing   | linked+       | excluded+     | excluded-     | deleted+      | deleted-      | detached+     | failing+      | failing-      | merged-
is edited        | linked+   | linked+       | excluded+     | excluded-     | deleted+      | deleted-      | detached+     | linked+       | failing-      | merged-
is excluded      | excluded- | excluded+     | excluded+     | excluded-     | deleted+      | deleted-      | detached+     | excluded+     | excluded-     | merged-
is released      | linked+   | linked+       | linked+       | linked+       | deleted+      | deleted-      | detached+     | linked+       | failing-      | merged-
is deleted       | deleted-  | deleted+      | deleted+      | deleted-      | deleted+      | deleted-      | detached+     | deleted+      | deleted-      | merged-
is restored      | linked+   | linked+       | excluded+     | excluded-     | linked+       | excluded-     | detached+     | linked+       | failing-      | merged-
is merged        | merged-   | merged-       | merged-       | merged-       | deleted+      | deleted-      | detached+     | merged-       | merged-       | merged-
late creation    | linked+   | linked+       | excluded+     | excluded-     | deleted+      | deleted-      | detached+     | linked+       | failing-      | merged-
late update      | linked+   | linked+       | excluded+     | excluded-     | deleted+      | deleted-      | detached+     | linked+       | failing-      | merged-
late association | linked+   | linked+       | excluded+     | excluded-     | deleted+      | deleted-      | detached+     | linked+       | failing-      | merged-
late deletion    | linked+   | linked+       | excluded+     | excluded-     | deleted+      | deleted-      | detached+     | linked+       | failing-      | merged-
late merge       | linked+   | linked+       | excluded+     | excluded-     | deleted+      | deleted-      | detached+     | linked+       | failing-      | merged-
number is freed  | nothing   | linked+       | excluded+     | excluded-     | deleted+      | deleted-      | detached+     | failing+      | linked+       | merged-
resync           | linked+   | linked+       | excluded+     | excluded-     | deleted+      | deleted-      | detached+     | linked+       | failing-      | merged-
is refused       | failing-  | failing+      | failing+      | failing-      | deleted+      | deleted-      | detached+     | failing+      | failing-      | merged-
number here      | notFound  | linked+       | excluded+     | notEditable   | deleted+      | notEditable   | detached+     | failing+      | notEditable   | notEditable
name here        | notFound  | hubspotLeads  | hubspotLeads  | notEditable   | deleted+      | notEditable   | detached+     | hubspotLeads  | notEditable   | notEditable
detach           | notFound  | detached+     | detached+     | notDetachable | detached+     | notDetachable | notDetachable | detached+     | notDetachable | notDetachable
attach           | notFound  | notAttachable | notAttachable | notAttachable | notAttachable | notAttachable | linked+       | notAttachable | notAttachable | notAttachable
`;

const PROJECTS = `
                 | nothing     | linked+       | excluded+     | excluded-     | excluded+ detached company | outOfStage+   | outOfStage-   | waiting+      | waiting-      | waiting+ deleted company | deleted+      | deleted-      | detached+     | failing+      | failing-      | merged-
is edited        | linked+     | linked+       | excluded+     | excluded-     | excluded+                  | outOfStage+   | outOfStage-   | waiting+      | waiting-      | waiting+                 | deleted+      | deleted-      | detached+     | linked+       | failing-      | merged-
leaves stages    | outOfStage- | outOfStage+   | outOfStage+   | outOfStage-   | outOfStage+                | outOfStage+   | outOfStage-   | outOfStage+   | outOfStage-   | outOfStage+              | deleted+      | deleted-      | detached+     | outOfStage+   | outOfStage-   | merged-
enters stage     | linked+     | linked+       | excluded+     | excluded-     | excluded+                  | linked+       | linked+       | waiting+      | waiting-      | waiting+                 | deleted+      | deleted-      | detached+     | linked+       | failing-      | merged-
loses company    | waiting-    | waiting+      | waiting+      | waiting-      | waiting+                   | outOfStage+   | outOfStage-   | waiting+      | waiting-      | waiting+                 | deleted+      | deleted-      | detached+     | waiting+      | waiting-      | merged-
gets company     | linked+     | linked+       | excluded+     | excluded-     | excluded+                  | outOfStage+   | outOfStage-   | linked+       | linked+       | waiting+                 | deleted+      | deleted-      | detached+     | linked+       | failing-      | merged-
is deleted       | deleted-    | deleted+      | deleted+      | deleted-      | deleted+                   | deleted+      | deleted-      | deleted+      | deleted-      | deleted+                 | deleted+      | deleted-      | detached+     | deleted+      | deleted-      | merged-
is restored      | linked+     | linked+       | excluded+     | excluded-     | excluded+                  | outOfStage+   | outOfStage-   | waiting+      | waiting-      | waiting+                 | linked+       | excluded-     | detached+     | linked+       | failing-      | merged-
is merged        | merged-     | merged-       | merged-       | merged-       | merged-                    | merged-       | merged-       | merged-       | merged-       | merged-                  | deleted+      | deleted-      | detached+     | merged-       | merged-       | merged-
late creation    | linked+     | linked+       | excluded+     | excluded-     | excluded+                  | outOfStage+   | outOfStage-   | waiting+      | waiting-      | waiting+                 | deleted+      | deleted-      | detached+     | linked+       | failing-      | merged-
late update      | linked+     | linked+       | excluded+     | excluded-     | excluded+                  | outOfStage+   | outOfStage-   | waiting+      | waiting-      | waiting+                 | deleted+      | deleted-      | detached+     | linked+       | failing-      | merged-
late deletion    | linked+     | linked+       | excluded+     | excluded-     | excluded+                  | outOfStage+   | outOfStage-   | waiting+      | waiting-      | waiting+                 | deleted+      | deleted-      | detached+     | linked+       | failing-      | merged-
late merge       | linked+     | linked+       | excluded+     | excluded-     | excluded+                  | outOfStage+   | outOfStage-   | waiting+      | waiting-      | waiting+                 | deleted+      | deleted-      | detached+     | linked+       | failing-      | merged-
company excluded | nothing     | excluded+     | excluded+     | excluded-     | excluded+                  | outOfStage+   | outOfStage-   | waiting+      | waiting-      | waiting+                 | deleted+      | deleted-      | detached+     | excluded+     | excluded-     | merged-
company released | nothing     | linked+       | linked+       | linked+       | linked+                    | outOfStage+   | outOfStage-   | waiting+      | waiting-      | waiting+                 | deleted+      | deleted-      | detached+     | failing+      | failing-      | merged-
company deleted  | nothing     | waiting+      | waiting+      | waiting-      | waiting+                   | outOfStage+   | outOfStage-   | waiting+      | waiting-      | waiting+                 | deleted+      | deleted-      | detached+     | waiting+      | waiting-      | merged-
company restored | linked+     | linked+       | excluded+     | excluded-     | excluded+                  | outOfStage+   | outOfStage-   | waiting+      | waiting-      | linked+                  | deleted+      | deleted-      | detached+     | linked+       | failing-      | merged-
company detached | notFound    | linked+       | excluded+     | notDetachable | notDetachable              | outOfStage+   | notFound      | waiting+      | notFound      | waiting+                 | deleted+      | notDetachable | detached+     | linked+       | failing-      | merged-
company attached | notFound    | notAttachable | notAttachable | notAttachable | excluded+                  | notAttachable | notFound      | notAttachable | notFound      | notAttachable            | notAttachable | notAttachable | notAttachable | notAttachable | notAttachable | notAttachable
company merged   | linked+     | linked+       | linked+       | linked+       | linked+                    | outOfStage+   | outOfStage-   | waiting+      | waiting-      | waiting+                 | deleted+      | deleted-      | detached+     | linked+       | failing-      | merged-
number is freed  | nothing     | linked+       | excluded+     | excluded-     | excluded+                  | outOfStage+   | outOfStage-   | waiting+      | waiting-      | waiting+                 | deleted+      | deleted-      | detached+     | failing+      | linked+       | merged-
resync           | linked+     | linked+       | excluded+     | excluded-     | excluded+                  | outOfStage+   | outOfStage-   | waiting+      | waiting-      | waiting+                 | deleted+      | deleted-      | detached+     | linked+       | failing-      | merged-
is refused       | failing-    | failing+      | failing+      | failing-      | failing+                   | failing+      | failing-      | failing+      | failing-      | failing+                 | deleted+      | deleted-      | detached+     | failing+      | failing-      | merged-
tasks here       | notFound    | linked+       | excluded+     | notEditable   | excluded+                  | outOfStage+   | notEditable   | waiting+      | notEditable   | waiting+                 | deleted+      | notEditable   | detached+     | failing+      | notEditable   | notEditable
name here        | notFound    | hubspotLeads  | hubspotLeads  | notEditable   | hubspotLeads               | hubspotLeads  | notEditable   | hubspotLeads  | notEditable   | hubspotLeads             | deleted+      | notEditable   | detached+     | hubspotLeads  | notEditable   | notEditable
detach           | notFound    | detached+     | detached+     | notDetachable | detached+                  | detached+     | notDetachable | detached+     | notDetachable | detached+                | detached+     | notDetachable | notDetachable | detached+     | notDetachable | notDetachable
attach           | notFound    | notAttachable | notAttachable | notAttachable | notAttachable              | notAttachable | notAttachable | notAttachable | notAttachable | notAttachable            | notAttachable | notAttachable | linked+       | notAttachable | notAttachable | notAttachable
`;

const CONTACT_PERSONS = `
                 | nothing  | linked+       | excluded+     | excluded-     | waiting-      | deleted+      | deleted+ deleted company | deleted+ other company | deleted-      | detached+     | failing+      | failing-      | merged-       | erased-
is edited        | linked+  | linked+       | excluded+     | excluded-     | waiting-      | deleted+      | deleted+                 | deleted+               | deleted-      | detached+     | linked+       | excluded-     | merged-       | erased-
leaves company   | deleted- | deleted+      | excluded+     | excluded-     | deleted-      | deleted+      | deleted+                 | deleted+               | deleted-      | detached+     | deleted+      | excluded-     | merged-       | erased-
joins company    | linked+  | linked+       | excluded+     | excluded-     | waiting-      | deleted+      | deleted+                 | linked+                | waiting-      | detached+     | linked+       | excluded-     | merged-       | erased-
is deleted       | nothing  | deleted+      | deleted+      | deleted-      | deleted-      | deleted+      | deleted+                 | deleted+               | deleted-      | detached+     | deleted+      | deleted-      | merged-       | erased-
is restored      | linked+  | linked+       | excluded+     | excluded-     | waiting-      | linked+       | deleted+                 | deleted+               | deleted-      | detached+     | linked+       | excluded-     | merged-       | erased-
is merged        | nothing  | merged-       | merged-       | merged-       | merged-       | deleted+      | merged-                  | merged-                | merged-       | detached+     | merged-       | merged-       | merged-       | erased-
is erased        | nothing  | erased-       | erased-       | erased-       | erased-       | erased-       | erased-                  | erased-                | erased-       | erased-       | erased-       | erased-       | erased-       | erased-
late creation    | linked+  | linked+       | excluded+     | excluded-     | waiting-      | deleted+      | deleted+                 | deleted+               | deleted-      | detached+     | linked+       | excluded-     | merged-       | erased-
late update      | linked+  | linked+       | excluded+     | excluded-     | waiting-      | deleted+      | deleted+                 | deleted+               | deleted-      | detached+     | linked+       | excluded-     | merged-       | erased-
late deletion    | linked+  | linked+       | excluded+     | excluded-     | waiting-      | deleted+      | deleted+                 | deleted+               | deleted-      | detached+     | linked+       | excluded-     | merged-       | erased-
late merge       | linked+  | linked+       | excluded+     | excluded-     | waiting-      | deleted+      | deleted+                 | deleted+               | deleted-      | detached+     | linked+       | excluded-     | merged-       | erased-
company excluded | nothing  | excluded+     | excluded+     | excluded-     | excluded-     | deleted+      | deleted+                 | excluded+              | excluded-     | detached+     | excluded+     | failing-      | merged-       | erased-
company released | nothing  | linked+       | linked+       | linked+       | waiting-      | deleted+      | deleted+                 | deleted+               | deleted-      | detached+     | failing+      | linked+       | merged-       | erased-
company deleted  | nothing  | deleted+      | deleted+      | deleted-      | deleted-      | deleted+      | deleted+                 | deleted+               | deleted-      | detached+     | deleted+      | deleted-      | merged-       | erased-
company restored | linked+  | linked+       | excluded+     | excluded-     | waiting-      | deleted+      | linked+                  | deleted+               | deleted-      | detached+     | linked+       | excluded-     | merged-       | erased-
company detached | notFound | detached+     | detached+     | notDetachable | notDetachable | deleted+      | deleted+                 | deleted+               | notDetachable | notDetachable | detached+     | notDetachable | merged-       | erased-
company attached | notFound | notAttachable | notAttachable | notAttachable | notAttachable | notAttachable | notAttachable            | notAttachable          | notAttachable | linked+       | notAttachable | notAttachable | notAttachable | notAttachable
company merged   | nothing  | merged-       | merged-       | merged-       | merged-       | deleted+      | deleted+                 | merged-                | merged-       | detached+     | merged-       | merged-       | merged-       | erased-
number is freed  | nothing  | linked+       | excluded+     | excluded-     | linked+       | deleted+      | deleted+                 | deleted+               | deleted-      | detached+     | failing+      | failing-      | merged-       | erased-
resync           | linked+  | linked+       | excluded+     | excluded-     | waiting-      | deleted+      | deleted+                 | deleted+               | deleted-      | detached+     | linked+       | excluded-     | merged-       | erased-
is refused       | nothing  | failing+      | failing+      | failing-      | failing-      | deleted+      | deleted+                 | deleted+               | deleted-      | detached+     | failing+      | failing-      | merged-       | erased-
`;

type Table = readonly { readonly event: string; readonly cells: ReadonlyMap<string, string> }[];

const split = (line: string): readonly string[] => line.split("|").map((cell) => cell.trim());

function readLife(text: string): { readonly columns: readonly string[]; readonly rows: Table } {
  const [heading = "", ...lines] = text.replace(/^\n/u, "").trimEnd().split("\n");
  const [, ...columns] = split(heading);
  const rows = lines.map((line) => {
    const [event = "", ...cells] = split(line);
    return { event, cells: new Map(columns.map((column, index) => [column, cells[index] ?? ""])) };
  });
  return { columns, rows };
}

const bare = (column: string): string => column.split(" ")[0] ?? "";
const stateOf = (cell: string): string => cell.replace(/[+-]$/u, "");

describe.each<[name: string, text: string, life: Life]>([
  ["a customer", CUSTOMERS, CUSTOMER_LIFE],
  ["a project", PROJECTS, PROJECT_LIFE],
  ["a contact person", CONTACT_PERSONS, CONTACT_PERSON_LIFE],
])("the life of %s", (_name, text, life) => {
  const { columns, rows } = readLife(text);

  it("names for every state and every event what follows", () => {
    expect(columns).toEqual(Object.keys(life.ways));
    expect(rows.map(({ event }) => event)).toEqual(Object.keys(life.events));
    expect(rows.flatMap(({ cells }) => [...cells.values()]).filter((cell) => cell === "")).toEqual([]);
  });

  it.each(columns.flatMap((column) => rows.map(({ event, cells }) => [column, event, cells.get(column)] as const)))(
    "%s, then %s: %s",
    async (column, event, expected) => {
      const world = new LifeWorld();
      await life.ways[column]?.(world);
      expect(world.look(life.type)).toBe(bare(column));
      const refusal = await life.events[event]?.(world);
      expect(refusal ?? world.look(life.type)).toBe(expected);
    },
  );

  it("leads nowhere that has no column of its own", () => {
    const known = new Set(columns.map(bare));
    const cells = rows.flatMap((row) => [...row.cells.values()]);
    const states = cells.filter((cell) => RECORD_STATES.some((state) => state === stateOf(cell)));
    expect(states.filter((cell) => !known.has(cell))).toEqual([]);
  });

  it("has a way back from every state but merged and erased", () => {
    const stuck = columns.filter((column) => {
      const nexts = rows.map(({ cells }) => stateOf(cells.get(column) ?? ""));
      return !nexts.some((next) => next !== stateOf(bare(column)) && ["linked", "excluded", "waiting"].includes(next));
    });
    const final = life.type === "contact" ? ["merged-", "erased-"] : ["merged-"];
    expect(stuck.filter((column) => column !== "linked+")).toEqual(final);
  });
});

describe("the lives of all records", () => {
  it("pass through every state that there is", () => {
    const lives = [CUSTOMER_LIFE, PROJECT_LIFE, CONTACT_PERSON_LIFE];
    const states = new Set(lives.flatMap(({ ways }) => Object.keys(ways).map((column) => stateOf(bare(column)))));
    states.delete("nothing");
    expect([...states].toSorted()).toEqual([...RECORD_STATES].toSorted());
  });
});

import { TABLE } from "../contract.ts";
import type { MarkStore, Portal } from "../sync/pass-ports.ts";
import { numbersToItem, readNumber, requireText, textsToItem, type Item } from "./attributes.ts";
import { getItem, keyItem, putItem, putItemIf, type Table } from "./table-requests.ts";

const PORTAL = { pk: "mark", sk: "portal" };
const SETTINGS = { pk: "mark", sk: "settings" };
const LAST_EVENT = { pk: "mark", sk: "lastEvent" };

/** Creates the store of facts that outlive a pass. Reads are strongly consistent. */
export function createMarkStore(table: Table): MarkStore {
  return {
    readPortal: async () => decodePortal(await getItem(table, PORTAL)),
    savePortal: async (portal) => {
      const item = { ...keyItem(PORTAL), ...textsToItem({ ...portal }) };
      await putItemIf(table, item, { expression: `attribute_not_exists(${TABLE.partitionKey})` });
      return decodePortal(await getItem(table, PORTAL)) ?? portal;
    },
    readSettingsMark: async () => (await getItem(table, SETTINGS))?.["mark"]?.S,
    saveSettingsMark: (mark) => putItem(table, { ...keyItem(SETTINGS), mark: { S: mark } }),
    readLastEvent: async () => readNumber((await getItem(table, LAST_EVENT)) ?? {}, "atMs"),
    saveLastEvent: async (atMs) => {
      const item = { ...keyItem(LAST_EVENT), ...numbersToItem({ atMs }) };
      await putItemIf(table, item, {
        expression: `attribute_not_exists(${TABLE.partitionKey}) OR atMs < :at`,
        values: { ":at": { N: String(atMs) } },
      });
    },
  };
}

function decodePortal(item: Item | undefined): Portal | undefined {
  if (item === undefined) return undefined;
  return { portalId: requireText(item, "portalId"), uiDomain: requireText(item, "uiDomain") };
}

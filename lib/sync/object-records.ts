import type { ObjectType } from "../domain/hubspot-object.ts";
import type { SyncRecord } from "../domain/record.ts";
import type { Run } from "./run.ts";

/**
 * The records of one HubSpot object: at most one of a company or deal, one per company of a contact.
 *
 * @throws RetryableError when the store fails
 */
export async function readObjectRecords(
  { store }: Pick<Run, "store">,
  type: ObjectType,
  id: string,
): Promise<readonly SyncRecord[]> {
  switch (type) {
    case "company":
      return [...(await store.readCustomers([id])).values()];
    case "contact":
      return (await store.readContacts([id])).get(id)?.persons ?? [];
    case "deal":
      return [...(await store.readProjects([id])).values()];
  }
}

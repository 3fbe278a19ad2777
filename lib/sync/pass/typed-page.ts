import type { ObjectType } from "../../domain/hubspot-object.ts";
import type { HubSpotReader, ListPage } from "../ports.ts";

/** A list page that says of which type it is. */
export type TypedPage = { readonly [T in ObjectType]: { readonly type: T; readonly page: ListPage<T> } }[ObjectType];

/** Reads one list page; see `HubSpotReader.listPage`. */
export async function readTypedPage(
  hubspot: Pick<HubSpotReader, "listPage">,
  type: ObjectType,
  ...place: readonly [after: string | undefined, urgency?: number]
): Promise<TypedPage> {
  switch (type) {
    case "company":
      return { type, page: await hubspot.listPage(type, ...place) };
    case "contact":
      return { type, page: await hubspot.listPage(type, ...place) };
    case "deal":
      return { type, page: await hubspot.listPage(type, ...place) };
  }
}

/** Ids of a page, in the order in which HubSpot lists them. */
export function listIds({ page }: TypedPage): readonly string[] {
  return page.objects.map(({ object }) => object.id);
}

/** The first objects of a page, without the token for the next one. */
export function cutPage(typed: TypedPage, length: number): TypedPage {
  const { readAtMs } = typed.page;
  switch (typed.type) {
    case "company":
      return { type: typed.type, page: { readAtMs, objects: typed.page.objects.slice(0, length) } };
    case "contact":
      return { type: typed.type, page: { readAtMs, objects: typed.page.objects.slice(0, length) } };
    case "deal":
      return { type: typed.type, page: { readAtMs, objects: typed.page.objects.slice(0, length) } };
  }
}

/** A page without its first objects. */
export function dropPage(typed: TypedPage, length: number): TypedPage {
  switch (typed.type) {
    case "company":
      return { type: typed.type, page: { ...typed.page, objects: typed.page.objects.slice(length) } };
    case "contact":
      return { type: typed.type, page: { ...typed.page, objects: typed.page.objects.slice(length) } };
    case "deal":
      return { type: typed.type, page: { ...typed.page, objects: typed.page.objects.slice(length) } };
  }
}

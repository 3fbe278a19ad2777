/** Where the page is: what the part of its address behind `#` says. */
export interface Route {
  /** Such as `/customers`. */
  readonly place: string;
  readonly id: string | undefined;
  readonly query: URLSearchParams;
}

/** Reads `#/customers/4711?state=linked`. */
export function parseRoute(hash: string): Route {
  const [path = "", query = ""] = hash.replace(/^#/u, "").split("?");
  const [place = "", id] = path.split("/").filter((part) => part !== "");
  return {
    place: `/${place}`,
    id: id === undefined ? undefined : decode(id),
    query: new URLSearchParams(query),
  };
}

/** What somebody typed may be no encoding of anything. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return text;
    throw error;
  }
}

/** Where the records of a HubSpot object are shown. */
export const PATH_OF_TYPE = {
  company: "/customers",
  contact: "/contact-persons",
  deal: "/projects",
} as const;

import { LOCAL_URL } from "../../lib/cli/local-url.ts";

/** The options with which the command line comes to a stack at this address; none where it looks by itself. */
export function optionsOf(url: string): { readonly url?: string } {
  return url === LOCAL_URL ? {} : { url };
}

const OWN_HOSTS: ReadonlySet<string> = new Set(["127.0.0.1", "localhost", "[::1]"]);

/**
 * Whether a request comes from this machine's own programs and pages. A door on 127.0.0.1 asks for no credentials, and a
 * page of another site, open in the same browser, could send requests to it, or under a name of its own that leads there
 * (DNS rebinding).
 *
 * @param headers with lower-case names
 */
export function isSameMachine({ host = "", origin }: Readonly<Record<string, string | undefined>>): boolean {
  return isOwn(`http://${host}`) && (origin === undefined || isOwn(origin));
}

function isOwn(url: string): boolean {
  return URL.canParse(url) && OWN_HOSTS.has(new URL(url).hostname);
}

/** What whoever else asks is answered (RFC 9457). */
export const OTHER_SITE_PROBLEM = {
  status: 403,
  code: "other-site",
  title: "Only this machine may ask",
  detail: "This door answers to 127.0.0.1 and localhost, and not to pages of other sites.",
} as const;

import { AwsRefusal, type AwsAccount } from "./aws-account.ts";

/** Services that take a form and answer XML, with the version of their API. */
const QUERY_SERVICES = { cloudformation: "2010-05-15", sns: "2010-03-31", sts: "2011-06-15" } as const;

interface QueryCall {
  readonly service: keyof typeof QUERY_SERVICES;
  readonly action: string;
  readonly input?: Readonly<Record<string, string>>;
}

/**
 * Calls one action of a query service and answers its XML.
 * @throws AwsRefusal when the service answers an error; CliError when nothing answers
 */
export async function callQuery(account: AwsAccount, { service, action, input = {} }: QueryCall): Promise<string> {
  const response = await account.sendSigned({
    service,
    method: "POST",
    url: `${account.endpointOf(service)}/`,
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({ Action: action, Version: QUERY_SERVICES[service], ...input }).toString(),
  });
  const xml = await response.text();
  if (response.ok) return xml;
  throw new AwsRefusal(service, readTag(xml, "Code") ?? String(response.status), readTag(xml, "Message") ?? "");
}

/** The text of the first such element that holds nothing but text. */
export function readTag(xml: string, tag: string): string | undefined {
  const [, text] = new RegExp(`<${tag}>([^<]*)</${tag}>`, "u").exec(xml) ?? [];
  return text?.replaceAll(/&(lt|gt|quot|apos|amp);/gu, (_, name: string) => ENTITIES[name] ?? "");
}

const ENTITIES: Readonly<Record<string, string>> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };

/** Pairs of key and value in the innermost elements of this name. */
export function readPairs(
  xml: string,
  { element, key, value }: { readonly element: string; readonly key: string; readonly value: string },
): ReadonlyMap<string, string> {
  const innermost = new RegExp(`<${element}>(?:(?!</?${element}>)[\\s\\S])*</${element}>`, "gu");
  const pairs = new Map<string, string>();
  for (const [part] of xml.matchAll(innermost)) {
    const name = readTag(part, key);
    const text = readTag(part, value);
    if (name !== undefined && text !== undefined) pairs.set(name, text);
  }
  return pairs;
}

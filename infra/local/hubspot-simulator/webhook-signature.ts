import { createHash, createHmac } from "node:crypto";

/** What a signature covers. */
export interface SignedRequest {
  /** The full public URL that is called. */
  readonly url: string;
  readonly body: string;
  readonly clientSecret: string;
  readonly timestampMs: number;
}

/**
 * The headers of a delivery. Fact: both signatures come together, and the version header says `v1` although v3 is there.
 * The twelve escapes HubSpot decodes before it signs are decoded here as well.
 */
export function signDelivery(request: SignedRequest): Record<string, string> {
  const { url, body, clientSecret, timestampMs } = request;
  const source = `POST${decodeUrl(url)}${body}${timestampMs}`;
  return {
    "content-type": "application/json",
    "x-hubspot-signature": createHash("sha256").update(`${clientSecret}${body}`).digest("hex"),
    "x-hubspot-signature-version": "v1",
    "x-hubspot-signature-v3": createHmac("sha256", clientSecret).update(source).digest("base64"),
    "x-hubspot-request-timestamp": String(timestampMs),
    "x-hubspot-timeout-millis": "10000",
  };
}

const DECODED: Readonly<Record<string, string>> = {
  "%3A": ":",
  "%2F": "/",
  "%3F": "?",
  "%40": "@",
  "%21": "!",
  "%24": "$",
  "%27": "'",
  "%28": "(",
  "%29": ")",
  "%2A": "*",
  "%2C": ",",
  "%3B": ";",
};

function decodeUrl(url: string): string {
  return url.replace(/%(?:3A|2F|3F|40|21|24|27|28|29|2A|2C|3B)/gu, (escape) => DECODED[escape] ?? escape);
}

import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { Clock, DeliveryRequest, SignatureVerdict } from "../sync/ports.ts";

/** How far a request's timestamp may be from our clock, either way. Milliseconds. */
export const TIMESTAMP_TOLERANCE_MS = 300_000;

/** HubSpot signs the URL with exactly these escapes decoded: `: / ? @ ! $ ' ( ) * , ;` */
const DECODED_ESCAPES = /%(?:3A|2F|3F|40|21|24|27|28|29|2A|2C|3B)/giu;

/** Client secrets of the HubSpot app: two while it is being rotated. */
export interface ClientSecrets {
  readonly read: () => Promise<readonly string[]>;
  /** Fetches them anew; limits by itself how often that happens. */
  readonly reread: () => Promise<readonly string[]>;
}

/**
 * Creates the check of HubSpot's v3 signature. A signature that does not match makes it look once whether the secret was
 * rotated meanwhile.
 *
 * @throws RetryableError, NonRetryableError when the secrets cannot be read
 */
export function createSignatureCheck(options: {
  readonly clientSecrets: ClientSecrets;
  readonly clock: Pick<Clock, "now">;
}): (request: DeliveryRequest) => Promise<SignatureVerdict> {
  const { clientSecrets, clock } = options;
  return async (request) => {
    const nowMs = clock.now();
    const known = await clientSecrets.read();
    const verdict = verifySignature(request, known, nowMs);
    if (verdict.kind === "valid" || verdict.why !== "mismatch") return verdict;
    const current = await clientSecrets.reread();
    return current === known ? verdict : verifySignature(request, current, nowMs);
  };
}

/**
 * Verifies HubSpot's v3 signature, an HMAC-SHA256 over method, URL, raw body and timestamp. Whatever is missing or
 * malformed is rejected.
 *
 * The header `x-hubspot-signature-version` is not looked at: it says `v1` on deliveries that carry both signatures.
 *
 * @see https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/request-validation
 */
export function verifySignature(
  request: DeliveryRequest,
  clientSecrets: readonly string[],
  nowMs: number,
): SignatureVerdict {
  const signature = request.headers["x-hubspot-signature-v3"];
  const timestamp = request.headers["x-hubspot-request-timestamp"];
  if (!signature || !timestamp) return { kind: "rejected", why: "headerMissing" };
  if (!/^\d{1,15}$/u.test(timestamp)) return { kind: "rejected", why: "timestampMalformed" };
  if (Math.abs(nowMs - Number(timestamp)) > TIMESTAMP_TOLERANCE_MS)
    return { kind: "rejected", why: "timestampExpired" };
  // An empty key would make an HMAC that anyone can compute.
  const usable = clientSecrets.filter((secret) => secret !== "");
  if (usable.length === 0) return { kind: "rejected", why: "secretMissing" };
  // Every secret is tried, so that the time taken does not tell which one matched.
  const matches = usable.map((secret) => equalsInConstantTime(sign(request, secret, timestamp), signature));
  return matches.includes(true) ? { kind: "valid" } : { kind: "rejected", why: "mismatch" };
}

/** Decodes the twelve escapes that HubSpot decodes before it signs, once and nothing else. */
export function decodeSignedUrl(url: string): string {
  return url.replace(DECODED_ESCAPES, (escape) => String.fromCharCode(Number.parseInt(escape.slice(1), 16)));
}

function sign(request: DeliveryRequest, secret: string, timestamp: string): string {
  return createHmac("sha256", secret)
    .update(request.method)
    .update(decodeSignedUrl(request.url))
    .update(request.body)
    .update(timestamp)
    .digest("base64");
}

/** Compares digests, because `timingSafeEqual` throws on texts of different length. */
function equalsInConstantTime(expected: string, given: string): boolean {
  return timingSafeEqual(createHash("sha256").update(expected).digest(), createHash("sha256").update(given).digest());
}

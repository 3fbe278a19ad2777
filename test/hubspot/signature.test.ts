import { createHmac } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createSignatureCheck, decodeSignedUrl, verifySignature } from "../../lib/hubspot/signature.ts";
import type { DeliveryRequest } from "../../lib/sync/ports.ts";
import { OTHER_SECRET, SECRET, TIMESTAMP_MS, VECTORS } from "./signature-vectors.ts";

function requestOf(
  vector: (typeof VECTORS)[number],
  headers: Record<string, string | undefined> = {},
): DeliveryRequest {
  return {
    method: "POST",
    url: vector.url,
    headers: {
      "x-hubspot-signature-v3": vector.signature,
      "x-hubspot-request-timestamp": String(TIMESTAMP_MS),
      ...headers,
    },
    body: vector.body,
    deliveryId: "d1",
  };
}

const [plain] = VECTORS;

describe("verifySignature", () => {
  it.each(VECTORS)("accepts OpenSSL's signature of $name", (vector) => {
    expect(verifySignature(requestOf(vector), [vector.secret], TIMESTAMP_MS)).toEqual({ kind: "valid" });
  });

  it("accepts any of several secrets, in any place", () => {
    for (const secrets of [
      [OTHER_SECRET, SECRET],
      [SECRET, OTHER_SECRET],
    ]) {
      expect(verifySignature(requestOf(plain), secrets, TIMESTAMP_MS)).toEqual({ kind: "valid" });
    }
  });

  it("ignores the version header, which says v1 beside a v3 signature", () => {
    const request = requestOf(plain, { "x-hubspot-signature-version": "v1", "x-hubspot-signature": "00" });
    expect(verifySignature(request, [SECRET], TIMESTAMP_MS)).toEqual({ kind: "valid" });
  });

  it.each([
    ["five minutes old", 300_000, "valid"],
    ["a millisecond older than that", 300_001, "timestampExpired"],
    ["five minutes in the future", -300_000, "valid"],
    ["a millisecond further in the future", -300_001, "timestampExpired"],
  ])("decides a timestamp %s", (_name, ageMs, expected) => {
    const verdict = verifySignature(requestOf(plain), [SECRET], TIMESTAMP_MS + ageMs);
    expect(verdict.kind === "valid" ? "valid" : verdict.why).toBe(expected);
  });

  it.each([
    ["no signature", { "x-hubspot-signature-v3": undefined }, "headerMissing"],
    ["an empty signature", { "x-hubspot-signature-v3": "" }, "headerMissing"],
    ["no timestamp", { "x-hubspot-request-timestamp": undefined }, "headerMissing"],
    ["a timestamp that is not a number", { "x-hubspot-request-timestamp": "NaN" }, "timestampMalformed"],
    ["a timestamp with a sign", { "x-hubspot-request-timestamp": `+${TIMESTAMP_MS}` }, "timestampMalformed"],
    ["a shorter signature", { "x-hubspot-signature-v3": "DxmV" }, "mismatch"],
    ["a longer signature", { "x-hubspot-signature-v3": `${plain.signature}=` }, "mismatch"],
    ["a signature without padding", { "x-hubspot-signature-v3": plain.signature.slice(0, -1) }, "mismatch"],
    ["a hex signature", { "x-hubspot-signature-v3": "ab".repeat(32) }, "mismatch"],
    ["another time than was signed", { "x-hubspot-request-timestamp": String(TIMESTAMP_MS + 1) }, "mismatch"],
  ])("rejects %s", (_name, headers, why) => {
    expect(verifySignature(requestOf(plain, headers), [SECRET], TIMESTAMP_MS)).toEqual({ kind: "rejected", why });
  });

  it.each([[[]], [[""]]])("rejects everything when the secrets are %j", (secrets) => {
    const verdict = verifySignature(requestOf(plain), secrets, TIMESTAMP_MS);
    expect(verdict).toEqual({ kind: "rejected", why: "secretMissing" });
  });

  it("rejects every single changed bit of the body", () => {
    fc.assert(
      fc.property(fc.nat(plain.body.length - 1), fc.integer({ min: 0, max: 7 }), (at, bit) => {
        const body = Buffer.from(plain.body);
        body[at] = (body[at] ?? 0) ^ (1 << bit);
        const verdict = verifySignature({ ...requestOf(plain), body }, [SECRET], TIMESTAMP_MS);
        expect(verdict).toEqual({ kind: "rejected", why: "mismatch" });
      }),
    );
  });

  it("neither accepts nor throws on any other signature text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", minLength: 1 }), (text) => {
        const verdict = verifySignature(requestOf(plain, { "x-hubspot-signature-v3": text }), [SECRET], TIMESTAMP_MS);
        expect(verdict.kind).toBe("rejected");
      }),
    );
  });

  it("rejects another method and another URL", () => {
    for (const change of [{ method: "PUT" }, { url: `${plain.url}/` }, { url: plain.url.replace("https", "http") }]) {
      const verdict = verifySignature({ ...requestOf(plain), ...change }, [SECRET], TIMESTAMP_MS);
      expect(verdict).toEqual({ kind: "rejected", why: "mismatch" });
    }
  });
});

/** The signature as Node computes it over a URL that is decoded already. */
function sign(url: string, body: Uint8Array, options: { secret: string; timestamp: string }): string {
  const hmac = createHmac("sha256", options.secret).update(`POST${url}`).update(body).update(options.timestamp);
  return hmac.digest("base64");
}

function verdictOf(
  given: { body: Uint8Array; url: string; timestamp: string },
  signature: string,
  secrets: readonly string[],
): string {
  const headers = { "x-hubspot-signature-v3": signature, "x-hubspot-request-timestamp": given.timestamp };
  return verifySignature({ method: "POST", headers, deliveryId: "d1", ...given }, secrets, TIMESTAMP_MS).kind;
}

describe("verifySignature of any request", () => {
  const secret = fc.string({ unit: "binary", minLength: 1, maxLength: 40 });
  const bytes = fc.uint8Array({ maxLength: 200 });
  /** A URL with whatever bytes; no percent sign, so that it is as it was signed. */
  const url = fc
    .string({ unit: "binary", maxLength: 60 })
    .map((text) => `https://x.example/${text.replaceAll("%", "")}`);
  const timestamp = fc.integer({ min: TIMESTAMP_MS - 300_000, max: TIMESTAMP_MS + 300_000 }).map(String);
  const request = fc.record({ body: bytes, url, timestamp, secret });

  it("accepts what was signed with the secret, whatever the bytes", () => {
    fc.assert(
      fc.property(request, (given) => {
        expect(verdictOf(given, sign(given.url, given.body, given), [given.secret])).toBe("valid");
      }),
    );
  });

  it("rejects it when one bit of body, signature or secret, or a character of time or URL is another", () => {
    fc.assert(
      fc.property(request, fc.nat(), fc.nat(7), (given, place, bit) => {
        const signature = sign(given.url, given.body, given);
        const flip = (source: Uint8Array): Buffer => {
          const flipped = Buffer.from(source);
          const at = place % Math.max(1, flipped.length);
          flipped[at] = (flipped[at] ?? 0) ^ (1 << bit);
          return flipped;
        };
        const secrets = [given.secret];
        const body = given.body.length === 0 ? Uint8Array.of(bit) : flip(given.body);
        const digest = flip(Buffer.from(signature, "base64")).toString("base64");
        const later = String(Number(given.timestamp) + (Number(given.timestamp) > TIMESTAMP_MS ? -1 : 1));
        expect(verdictOf({ ...given, body }, signature, secrets)).toBe("rejected");
        expect(verdictOf(given, digest, secrets)).toBe("rejected");
        expect(verdictOf({ ...given, timestamp: later }, signature, secrets)).toBe("rejected");
        expect(verdictOf({ ...given, url: `${given.url}/` }, signature, secrets)).toBe("rejected");
        expect(verdictOf(given, signature, [`${given.secret}x`, `x${given.secret}`])).toBe("rejected");
      }),
    );
  });
});

describe("decodeSignedUrl", () => {
  const ESCAPES = "%3A %2F %3F %40 %21 %24 %27 %28 %29 %2A %2C %3B".split(" ");
  const plain = fc.string({ unit: "binary", maxLength: 6 }).map((text) => text.replaceAll("%", ""));
  const other = fc.constantFrom("%20", "%41", "%25", "%2e", "%C3%BC", "%", "%2", "%zz");
  const part = fc.oneof(
    plain.map((text) => ({ text, decoded: text })),
    other.map((text) => ({ text, decoded: text })),
    fc.constantFrom(...ESCAPES, ...ESCAPES.map((escape) => escape.toLowerCase())).map((text) => ({
      text,
      decoded: decodeURIComponent(text),
    })),
  );

  it("decodes each of the twelve wherever it stands, and nothing around it", () => {
    // A loose "%" or "%2" before a digit would begin an escape of its own.
    const parts = fc.array(part).map((all) => all.filter(({ text }) => !["%", "%2", "%zz"].includes(text)));
    fc.assert(
      fc.property(parts, (all) => {
        const url = all.map(({ text }) => text).join("");
        expect(decodeSignedUrl(url)).toBe(all.map(({ decoded }) => decoded).join(""));
      }),
    );
  });

  it("leaves a URL alone that was escaped once more, apart from the escaped percent signs", () => {
    fc.assert(
      fc.property(fc.array(part), (all) => {
        const doubly = all.map(({ text }) => text.replaceAll("%", "%25")).join("");
        expect(decodeSignedUrl(doubly)).toBe(doubly);
      }),
    );
  });

  it("leaves every escape but the twelve as it is", () => {
    const decoded = new Set("3A 2F 3F 40 21 24 27 28 29 2A 2C 3B".split(" "));
    for (let byte = 0; byte < 256; byte += 1) {
      const hex = byte.toString(16).padStart(2, "0");
      const expected = decoded.has(hex.toUpperCase()) ? String.fromCharCode(byte) : `%${hex}`;
      expect(decodeSignedUrl(`%${hex}`)).toBe(expected);
    }
  });

  it("decodes in one pass", () => {
    expect(decodeSignedUrl("%253A %%3A3A %2")).toBe("%253A %:3A %2");
  });
});

describe("createSignatureCheck", () => {
  const clock = { now: () => TIMESTAMP_MS };

  it("accepts a signature of a secret that was rotated in meanwhile", async () => {
    const clientSecrets = { read: async () => [OTHER_SECRET], reread: async () => [SECRET, OTHER_SECRET] };
    const check = createSignatureCheck({ clientSecrets, clock });
    expect(await check(requestOf(plain))).toEqual({ kind: "valid" });
  });

  it("reads the secrets again only when a signature does not match", async () => {
    let rereads = 0;
    const clientSecrets = {
      read: async () => [SECRET],
      reread: async () => {
        rereads += 1;
        return [SECRET];
      },
    };
    const check = createSignatureCheck({ clientSecrets, clock });
    await check(requestOf(plain));
    await check(requestOf(plain, { "x-hubspot-signature-v3": undefined }));
    expect(rereads).toBe(0);
    expect(await check(requestOf(plain, { "x-hubspot-signature-v3": "no" }))).toEqual({
      kind: "rejected",
      why: "mismatch",
    });
    expect(rereads).toBe(1);
  });
});

import { describe, expect, it } from "vitest";
import { toDeliveryRequest } from "../../lib/hubspot/http-event.ts";
import { httpEvent } from "./sample-http-event.ts";

describe("toDeliveryRequest", () => {
  it("rebuilds the URL from host and path", () => {
    expect(toDeliveryRequest(httpEvent())).toEqual({
      method: "POST",
      url: "https://abc123.execute-api.eu-central-1.amazonaws.com/webhook",
      headers: { "content-type": "application/json" },
      body: Buffer.from("[]"),
      deliveryId: "request-1",
    });
  });

  it("keeps the query and a stage as they were received", () => {
    const event = httpEvent({ rawPath: "/prod/webhook", rawQueryString: "a=b%20c&x=%3A" });
    expect(toDeliveryRequest(event).url).toBe(
      "https://abc123.execute-api.eu-central-1.amazonaws.com/prod/webhook?a=b%20c&x=%3A",
    );
  });

  it.each([
    ["", "https://sync.example.com/hubspot"],
    ["a=1", "https://sync.example.com/hubspot?a=1"],
  ])("takes the public URL instead of host and path, with the query %j", (rawQueryString, url) => {
    const event = httpEvent({ rawPath: "/prod/webhook", rawQueryString });
    expect(toDeliveryRequest(event, "https://sync.example.com/hubspot").url).toBe(url);
  });

  it("restores the bytes of a base64 body", () => {
    const body = Buffer.from([0xff, 0x00, 0xc3, 0xa4]);
    const event = httpEvent({ body: body.toString("base64"), isBase64Encoded: true });
    expect(toDeliveryRequest(event).body).toEqual(body);
  });

  it("keeps the bytes of a text body", () => {
    expect(toDeliveryRequest(httpEvent({ body: "Käse 🧀" })).body).toEqual(Buffer.from("Käse 🧀"));
  });

  it("takes a missing body for an empty one", () => {
    const { body: _, ...event } = httpEvent();
    expect(toDeliveryRequest(event).body).toEqual(Buffer.from(""));
  });

  it("makes header names lower case", () => {
    expect(toDeliveryRequest(httpEvent({ headers: { "X-HubSpot-Signature-v3": "s" } })).headers).toEqual({
      "x-hubspot-signature-v3": "s",
    });
  });
});

/**
 * Signatures computed by OpenSSL and not by this code:
 *
 *     printf '%s' "$METHOD$DECODED_URL$BODY$TIMESTAMP" | openssl dgst -sha256 -hmac "$SECRET" -binary | openssl base64
 */
export const SECRET = "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy";
export const OTHER_SECRET = "zweites-geheimnis";
export const TIMESTAMP_MS = 1_564_113_600_000;

const CREATION =
  '[{"eventId":1,"subscriptionId":12345,"portalId":62515,"occurredAt":1564113600000,"subscriptionType":"contact.creation","attemptNumber":0,"objectId":123,"changeSource":"CRM","changeFlag":"NEW","appId":54321}]';

export const VECTORS = [
  {
    name: "a plain delivery",
    url: "https://www.example.com/webhook_uri",
    body: Buffer.from(CREATION),
    secret: SECRET,
    signature: "DxmVAjFNa2xfF3YgQjdZP6TNcok9k1oaH7UXombPtvw=",
  },
  {
    name: "a query with escapes that HubSpot decodes",
    url: "https://www.example.com/webhook_uri?x=a%3Ab%2Fc",
    body: Buffer.from(CREATION),
    secret: SECRET,
    signature: "0TVEsVJR0G1X+ItpYaZ7CsPpDm+AYGEZIwCCjT0RuzI=",
  },
  {
    // DECODED_URL keeps %20; the body keeps its backslash sequence.
    name: "a stage, an escape that stays, and a body of umlauts, emoji and escapes",
    url: "https://hooks.example.com/prod/webhook?a=b%20c",
    body: Buffer.from(String.raw`[{"objectId":1,"propertyValue":"Käse 🧀 \u00fc"}]`),
    secret: SECRET,
    signature: "k+6P1Rg80tWjZlrYTnTYAD5Sd95LNhTYBa4FExpJ7OE=",
  },
  {
    // DECODED_URL ends in q=:/?@!$'()*,;%25%253A%20
    name: "all twelve escapes in either case, and doubly escaped ones",
    url: "https://hooks.example.com/webhook?q=%3A%2f%3F%40%21%24%27%28%29%2a%2C%3b%25%253A%20",
    body: Buffer.from("[]"),
    secret: SECRET,
    signature: "M9w1f/8HZmdSrVe6g1uF1WyVuoX0k+Cr4X70zTAe/50=",
  },
  {
    // printf 'POSThttps://hooks.example.com/webhook\xff\xfe\x00[]1564113600000'
    name: "a body that is not UTF-8",
    url: "https://hooks.example.com/webhook",
    body: Buffer.from([0xff, 0xfe, 0x00, 0x5b, 0x5d]),
    secret: OTHER_SECRET,
    signature: "lKwHP2azMO/02L01eaWwiyMe0sObL7EnG3ZDSA6TaX4=",
  },
] as const;

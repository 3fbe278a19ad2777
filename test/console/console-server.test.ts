import { afterEach, describe, expect, it } from "vitest";
import { startConsoleServer, type ApiRequest, type ConsoleServer } from "../../lib/console/console-server.ts";

const running: ConsoleServer[] = [];

afterEach(async () => {
  for (const server of running.splice(0)) await server.close();
});

async function start(answer: () => Promise<Response> = () => Promise.resolve(Response.json({}))) {
  const asked: ApiRequest[] = [];
  const send = (request: ApiRequest): Promise<Response> => {
    asked.push(request);
    return answer();
  };
  const server = await startConsoleServer({ port: 0, send });
  running.push(server);
  return { url: server.url.replace(/\/$/u, ""), asked };
}

describe("startConsoleServer", () => {
  it.each([
    ["/", "text/html", "<main"],
    ["/console.css", "text/css", "body"],
    ["/console.js", "text/javascript", "hashchange"],
  ])("serves %s as %s, with nothing allowed from elsewhere", async (path, type, part) => {
    const { url } = await start();
    const response = await fetch(url + path);
    expect(response.headers.get("content-type")).toBe(`${type}; charset=utf-8`);
    expect(response.headers.get("content-security-policy")).toMatch(/^default-src 'none'; script-src 'self';/u);
    expect(await response.text()).toContain(part);
  });

  it("hands on method, path, query, body and version, and the answer with its version, but no other header", async () => {
    const answer = Response.json({ state: "linked" }, { status: 202, headers: { etag: '"7"', "set-cookie": "a=b" } });
    const { url, asked } = await start(() => Promise.resolve(answer));
    const response = await fetch(`${url}/v1/customers/4711?x=1`, {
      method: "PATCH",
      headers: { "if-match": '"6"', "content-type": "application/json", cookie: "secret=1", authorization: "Bearer 1" },
      body: '{"customerNumber":"K-1"}',
    });
    expect(asked).toEqual([
      {
        method: "PATCH",
        path: "/v1/customers/4711?x=1",
        headers: { accept: "*/*", "if-match": '"6"', "content-type": "application/json" },
        body: '{"customerNumber":"K-1"}',
      },
    ]);
    expect([response.status, response.headers.get("etag"), response.headers.get("set-cookie")]).toEqual([
      202,
      '"7"',
      null,
    ]);
    expect(await response.json()).toEqual({ state: "linked" });
  });

  it("asks nothing of the API for a page of another site", async () => {
    const { url, asked } = await start();
    const response = await fetch(`${url}/v1/health`, { headers: { origin: "https://evil.example" } });
    expect(response.status).toBe(403);
    expect(asked).toEqual([]);
  });

  it("says in a sentence that the API cannot be reached", async () => {
    const { url } = await start(() => Promise.reject(new Error("No answer from https://x. Check the network.")));
    const response = await fetch(`${url}/v1/health`);
    expect(response.status).toBe(502);
    expect(await response.json()).toMatchObject({ detail: "No answer from https://x. Check the network." });
  });

  it.each([
    ["/etc/passwd", {}, 404],
    ["/v1/resync", { method: "POST", body: "x".repeat(262_145) }, 413],
  ])("refuses %s", async (path, request, status) => {
    const { url, asked } = await start();
    expect((await fetch(url + path, request)).status).toBe(status);
    expect(asked).toEqual([]);
  });
});

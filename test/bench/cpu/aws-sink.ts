import { createHash } from "node:crypto";
import { createServer } from "node:http";
import { text } from "node:stream/consumers";

/** SQS and Secrets Manager as far as receive-webhook asks them, in a process that is not measured. */
export async function startAwsSink(secret: string): Promise<{ readonly endpoint: string; readonly close: () => void }> {
  const server = createServer((request, response) => {
    void (async () => {
      const asked: { readonly MessageBody?: string } = JSON.parse(await text(request));
      const answer =
        asked.MessageBody === undefined
          ? { SecretString: secret }
          : { MessageId: "message", MD5OfMessageBody: createHash("md5").update(asked.MessageBody).digest("hex") };
      const type = request.headers["content-type"] ?? "application/x-amz-json-1.0";
      response.writeHead(200, { "content-type": type }).end(JSON.stringify(answer));
    })();
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  const close = (): void => {
    server.close();
    server.closeAllConnections();
  };
  return { endpoint: `http://127.0.0.1:${port}`, close };
}

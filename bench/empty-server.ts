/** A server that reads each request and answers `{}`: what a call costs when nothing is done for it. */
import { createServer } from "node:http";
import { listen } from "../localstack/embedded/loopback.ts";

const HEADERS = { "content-type": "application/x-amz-json-1.0", "content-length": 2 };

const server = createServer({ keepAliveTimeout: 0, requestTimeout: 0 }, (request, response) => {
  request.resume();
  request.once("end", () => response.writeHead(200, HEADERS).end("{}"));
});
const port = await listen(server, 0);
process.send?.(`http://127.0.0.1:${port}`);
process.once("disconnect", () => process.exit());

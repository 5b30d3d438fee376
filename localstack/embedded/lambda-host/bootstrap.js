/**
 * The runtime inside a function's process, as Lambda's own for Node: fetches events from the Runtime
 * API, calls the handler, posts its result (Lambda developer guide, "Using the Lambda runtime API").
 * Plain JavaScript, because it runs in a bare Node process.
 */
import { Agent, request } from "node:http";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { inspect } from "node:util";

const {
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
  AWS_LAMBDA_FUNCTION_NAME,
  AWS_LAMBDA_FUNCTION_VERSION,
  AWS_LAMBDA_LOG_GROUP_NAME,
  AWS_LAMBDA_LOG_STREAM_NAME,
  AWS_LAMBDA_RUNTIME_API,
  LAMBDA_TASK_ROOT,
  _HANDLER,
} = process.env;
const [host, port] = AWS_LAMBDA_RUNTIME_API.split(":");
const agent = new Agent({ keepAlive: true, maxSockets: 1, noDelay: true });
const watched = new WeakSet();
const RUNTIME = "/2018-06-01/runtime";

/** Where a failure is reported at present; nowhere between two events. */
let errorPath = `${RUNTIME}/init/error`;

/** The supervisor keeps the connection open for as long as it lives: without it nobody would end us. */
function endWithSupervisor(socket) {
  if (watched.has(socket)) return;
  watched.add(socket);
  socket.once("close", () => process.exit(1));
}

function call(method, path, body) {
  return new Promise((resolve, reject) => {
    const headers = body === undefined ? {} : { "content-length": Buffer.byteLength(body) };
    const outgoing = request({ agent, host, port, method, path, headers }, (incoming) => {
      const chunks = [];
      incoming.on("data", (chunk) => chunks.push(chunk));
      incoming.on("end", () =>
        resolve({ headers: incoming.headers, body: Buffer.concat(chunks).toString() }),
      );
    });
    outgoing.once("socket", endWithSupervisor);
    outgoing.once("error", reject);
    outgoing.end(body);
  });
}

function errorBody(error) {
  const isError = error instanceof Error;
  return JSON.stringify({
    errorType: isError ? error.name : typeof error,
    errorMessage: isError ? error.message : String(error),
    stackTrace: isError ? String(error.stack).split("\n").slice(1) : [],
  });
}

async function reportFailure(error) {
  process.stderr.write(`${inspect(error)}\n`);
  if (errorPath !== undefined) await call("POST", errorPath, errorBody(error));
}

/** As on Lambda, an error that nobody caught fails the invocation and ends the process. */
async function die(error, exitCode) {
  await reportFailure(error);
  process.exit(exitCode);
}

async function loadHandler() {
  const dot = _HANDLER.lastIndexOf(".");
  const file = join(LAMBDA_TASK_ROOT, `${_HANDLER.slice(0, dot)}.mjs`);
  const name = _HANDLER.slice(dot + 1);
  const { [name]: handler } = await import(pathToFileURL(file).href);
  if (typeof handler === "function") return handler;
  const error = new Error(`${file} exports no function ${name}`);
  error.name = "Runtime.HandlerNotFound";
  throw error;
}

function contextOf(headers) {
  const deadline = Number(headers["lambda-runtime-deadline-ms"]);
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: AWS_LAMBDA_FUNCTION_VERSION,
    invokedFunctionArn: headers["lambda-runtime-invoked-function-arn"],
    memoryLimitInMB: AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    awsRequestId: headers["lambda-runtime-aws-request-id"],
    logGroupName: AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: AWS_LAMBDA_LOG_STREAM_NAME,
    getRemainingTimeInMillis: () => Math.max(deadline - Date.now(), 0),
  };
}

async function handleNext(handler) {
  errorPath = undefined;
  const { headers, body } = await call("GET", `${RUNTIME}/invocation/next`);
  const path = `${RUNTIME}/invocation/${headers["lambda-runtime-aws-request-id"]}`;
  errorPath = `${path}/error`;
  try {
    const result = await handler(JSON.parse(body), contextOf(headers));
    const payload = JSON.stringify(result === undefined ? null : result);
    await call("POST", `${path}/response`, payload);
  } catch (error) {
    await reportFailure(error);
  }
}

// A terminal sends Ctrl-C to all its processes; the supervisor decides when this one ends.
process.on("SIGINT", () => {});
process.on("uncaughtException", (error) => void die(error, 129));
process.on("unhandledRejection", (reason) => {
  const error = new Error(String(reason), { cause: reason });
  error.name = "Runtime.UnhandledPromiseRejection";
  void die(error, 128);
});

const handler = await loadHandler().catch((error) => die(error, 1));
for (;;) await handleNext(handler);

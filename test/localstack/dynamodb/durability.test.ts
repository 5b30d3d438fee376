import { spawn } from "node:child_process";
import { once } from "node:events";
import * as nodeFiles from "node:fs";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { PutItemCommand, QueryCommand, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createDynamoDB, type DynamoDB } from "../../../localstack/embedded/dynamodb/dynamodb.ts";
import { key, number, openDynamoDB, TABLE, text } from "./test-table.ts";

const TableName = TABLE;
const WRITER = fileURLToPath(new URL("journal-writer.ts", import.meta.url));
let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "dynamodb-"));
});
afterEach(() => rmSync(dir, { recursive: true }));

/** Everything that reads can show of one partition and of the index over tags. */
async function visible(dynamodb: DynamoDB, partition: string) {
  const read = async (input: Record<string, unknown>) =>
    dynamodb.call("Query", { TableName, ReturnConsumedCapacity: "TOTAL", ...input });
  return {
    table: await read({
      KeyConditionExpression: "pk = :p",
      ExpressionAttributeValues: { ":p": text(partition) },
    }),
    index: await read({
      IndexName: "byTag",
      KeyConditionExpression: "tag = :t",
      ExpressionAttributeValues: { ":t": text("t") },
    }),
    description: await dynamodb.call("DescribeTable", { TableName }),
    ttl: await dynamodb.call("DescribeTimeToLive", { TableName }),
  };
}

describe("a journalled database", () => {
  test("comes back as it was: items, indexes, sizes, tables and time to live", async () => {
    const { dynamodb, client } = await openDynamoDB({ journal: { dir } });
    await dynamodb.call("UpdateTimeToLive", {
      TableName,
      TimeToLiveSpecification: { AttributeName: "exp", Enabled: true },
    });
    for (const sk of ["1", "2", "3"]) {
      const Item = { ...key("p", sk), tag: text("t"), b: { B: new Uint8Array([1]) }, n: number(1) };
      await client.send(new PutItemCommand({ TableName, Item }));
    }
    await client.send(
      new UpdateItemCommand({
        TableName,
        Key: key("p", "2"),
        UpdateExpression: "SET n = n + :one REMOVE tag",
        ExpressionAttributeValues: { ":one": number(1) },
      }),
    );
    await dynamodb.call("DeleteItem", { TableName, Key: key("p", "3") });
    const before = await visible(dynamodb, "p");
    expect(before.table).toMatchObject({ Count: 2 });
    await dynamodb.close();
    for (let restart = 0; restart < 2; restart++) {
      const reopened = createDynamoDB({ journal: { dir } });
      expect(await visible(reopened, "p")).toEqual(before);
      await reopened.close();
    }
  });

  test("expired items stay away", async () => {
    const { dynamodb, clock } = await openDynamoDB({ journal: { dir } });
    await dynamodb.call("UpdateTimeToLive", {
      TableName,
      TimeToLiveSpecification: { AttributeName: "exp", Enabled: true },
    });
    const exp = number(clock.now() / 1000);
    await dynamodb.call("PutItem", { TableName, Item: { ...key("p"), exp } });
    expect(await dynamodb.expire()).toBe(1);
    const reopened = createDynamoDB({ journal: { dir } });
    expect((await visible(reopened, "p")).table).toMatchObject({ Count: 0 });
  });

  test("answers nothing once its disk has failed", async () => {
    let isFull = false;
    const writeSync = new Proxy(nodeFiles.writeSync, {
      apply(write, self, args) {
        if (isFull) throw new Error("ENOSPC: no space left on device");
        return Reflect.apply(write, self, args);
      },
    });
    const files = { ...nodeFiles, writeSync };
    const { dynamodb } = await openDynamoDB({ journal: { dir, files } });
    await dynamodb.call("PutItem", { TableName, Item: key("p", "kept") });
    isFull = true;
    const failure = {
      name: "InternalServerError",
      status: 500,
      message: expect.stringContaining("cannot be written"),
    };
    const lost = dynamodb.call("PutItem", { TableName, Item: key("p", "lost") });
    const seen = dynamodb.call("GetItem", { TableName, Key: key("p", "lost") });
    await expect(lost).rejects.toMatchObject(failure);
    await expect(seen).rejects.toMatchObject(failure);
    isFull = false;
    const late = dynamodb.call("PutItem", { TableName, Item: key("p", "late") });
    await expect(late).rejects.toMatchObject(failure);
    const reopened = createDynamoDB({ journal: { dir } });
    const { Items } = (await visible(reopened, "p")).table;
    expect(Items).toEqual([key("p", "kept")]);
  });

  test("a write that others could see was written before they saw it", async () => {
    const writes: number[] = [];
    const writeSync = new Proxy(nodeFiles.writeSync, {
      apply(write, self, args) {
        writes.push(writes.length);
        return Reflect.apply(write, self, args);
      },
    });
    const { dynamodb } = await openDynamoDB({
      journal: { dir, files: { ...nodeFiles, writeSync } },
    });
    const before = writes.length;
    const written = dynamodb.call("PutItem", { TableName, Item: key("p") });
    expect(await dynamodb.call("GetItem", { TableName, Key: key("p") })).toHaveProperty("Item");
    expect(writes.length).toBe(before + 1);
    await written;
  });

  test("loses no acknowledged write when its process is killed", async () => {
    await openDynamoDB({ journal: { dir } }).then(({ dynamodb }) => dynamodb.close());
    const acknowledged = new Map<string, number>();
    for (let kill = 0; kill < 3; kill++) {
      const child = spawn(process.execPath, ["--import", "tsx", WRITER, dir], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      let lines = 0;
      for await (const line of createInterface({ input: child.stdout })) {
        const [sk = "", n = ""] = line.split(" ");
        acknowledged.set(sk, Number(n));
        if (++lines === 200 + 37 * kill) child.kill("SIGKILL");
      }
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    }
    const { client, dynamodb } = await openDynamoDB({ journal: { dir }, isNew: false });
    const { Items } = await client.send(
      new QueryCommand({
        TableName,
        KeyConditionExpression: "pk = :p",
        ExpressionAttributeValues: { ":p": text("kill") },
      }),
    );
    const stored = new Map(Items?.map(({ sk, n }) => [sk?.S, Number(n?.N)]));
    expect(acknowledged.size).toBeGreaterThan(0);
    for (const [sk, n] of acknowledged) expect(stored.get(sk)).toBeGreaterThanOrEqual(n);
    await dynamodb.close();
  });
});

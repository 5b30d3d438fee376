import assert from "node:assert/strict";
import { test } from "node:test";
import { createTestEngine, everyCrash } from "savepoint/test";
import { digest } from "../src/digest.ts";

const workflows = [digest];

test("a digest has a line for each story, and waiting for it takes no time", async () => {
  const engine = await createTestEngine({ workflows });
  engine.mock("search", () => ["a story"]);
  assert.equal(await engine.run(digest, { topic: "anything" }), "a story: worth reading");
});

test("a digest is the same whenever its worker dies", async () => {
  await everyCrash({ workflows }, (engine) => engine.run(digest, { topic: "crashes" }));
});

import { describe, expect, it } from "vitest";
import { seededRandom } from "../../lambda/testing/seeded-ids.ts";
import { calmly, expectLegalEnd, INTRUSIONS } from "./act-at-any-call.ts";
import { sampled } from "./sample.ts";

// More of them, or all: test/torture/controlled-runs.test.ts.
describe.each(Object.entries(INTRUSIONS))("%s", (_, intrusion) => {
  it("just before and just after a call of the workers ends legally", async () => {
    const calm = await calmly(intrusion);
    expect(calm.calls).toBeGreaterThan(5);
    for (const [index, n] of sampled(calm.calls, 6).entries()) {
      await expectLegalEnd(intrusion, calm, n, index % 2 === 0 ? "before" : "after");
    }
  });

  it("while the owner stands still past its lease ends legally", async () => {
    const calm = await calmly(intrusion);
    expect(calm.calls).toBeGreaterThan(5);
    const random = seededRandom(calm.calls);
    for (const n of sampled(calm.calls, 4)) {
      const pauseMs = 31_000 + Math.floor(random() * 60_000);
      await expectLegalEnd(intrusion, calm, n, {
        pauseMs,
        afterMs: Math.floor(random() * pauseMs),
      });
    }
  });
});

import { expect, test } from "vitest";
import { CancelledError } from "../../lambda/http/index.ts";
import { shownError } from "../../lambda/http/known-errors.ts";

test("an error of somebody else's with the same code is none of Savepoint's", () => {
  const theirs = shownError({ name: "Error", message: "card was cancelled", code: "cancelled" });
  expect(theirs).toBeInstanceOf(Error);
  expect(theirs).not.toBeInstanceOf(CancelledError);
  expect(theirs).toMatchObject({ code: "cancelled", message: "card was cancelled" });
  const ours = shownError({ name: "CancelledError", message: "m", code: "cancelled" });
  expect(ours).toBeInstanceOf(CancelledError);
});

test("an AggregateError has the errors that it is made of", () => {
  const errors = [{ name: "TypeError", message: "one" }, "text"];
  const shown = shownError({ name: "AggregateError", message: "both", errors });
  expect(shown).toBeInstanceOf(AggregateError);
  expect((shown as AggregateError).errors).toMatchObject([{ message: "one" }, "text"]);
  expect((shown as AggregateError).errors[0]).toBeInstanceOf(Error);
});

import { describe, expect, it } from "vitest";
import { Mailbox } from "../../lambda/engine/mailbox.ts";

const message = (id: string, name = "approved") => ({ id, name, value: `"${id}"`, sentAt: 0 });

describe("a run's mailbox", () => {
  it("hands out the messages of a name in the order of arrival, each once", () => {
    const mailbox = new Mailbox([message("1"), message("2", "other"), message("3")], []);
    expect(mailbox.take("approved")?.id).toBe("1");
    expect(mailbox.take("approved")?.id).toBe("3");
    expect(mailbox.take("approved")).toBeUndefined();
    expect(mailbox.take("other")?.id).toBe("2");
  });

  it("does not hand out what the history says was consumed", () => {
    const mailbox = new Mailbox([message("1"), message("2")], ["1"]);
    expect(mailbox.take("approved")?.id).toBe("2");
  });

  it("hands out a message once that was sent twice under one id", () => {
    const mailbox = new Mailbox([message("1"), message("1")], []);
    mailbox.take("approved");
    expect(mailbox.take("approved")).toBeUndefined();
  });

  it("remembers what it has handed out when it is read again", () => {
    const mailbox = new Mailbox([message("1")], []);
    mailbox.take("approved");
    mailbox.refresh([message("1"), message("2")]);
    expect(mailbox.take("approved")?.id).toBe("2");
  });

  it("keeps the open messages in order, and says when there are others to trim", () => {
    const mailbox = new Mailbox([message("1"), message("2"), message("2")], []);
    expect(mailbox.open.map(({ id }) => id)).toEqual(["1", "2"]);
    expect(mailbox.spent).toBe(1);
    expect(new Mailbox([message("1"), message("2")], []).spent).toBe(0);
  });
});

import * as z from "zod";
import { APPROVAL, type ApprovalAnswer, PLAN } from "../lambda/agent/input.ts";
import { plainLine } from "./plain-text.ts";
import type { RunView } from "./run-view.ts";
import type { Session } from "./session.ts";

/** A plan that waits for a person's answer. */
interface OpenPlan {
  /** Key of the wait; each is told of once. */
  readonly wait: string;
  readonly questions: readonly string[];
  readonly queries: readonly string[];
}

/** Where a person is told of a plan that waits for approval, and may answer it. */
export interface ApprovalDesk {
  /** Whether the person is being asked, so that nothing else may be drawn. */
  readonly isAsking: boolean;
  /**
   * Looks whether there is a plan to tell of or an answer to be sent.
   * @throws CliError when the answer cannot be sent
   */
  look(view: RunView): Promise<void>;
  /** Asks no longer. */
  close(): void;
}

interface Asking {
  /** What was typed; null when nobody can type any more, undefined while nobody has. */
  text: string | null | undefined;
  readonly close: () => void;
}

const QUESTION = "Approve this plan? [y/n] ";

/** The desk for one run. */
export function approvalDesk(session: Session, id: string): ApprovalDesk {
  const { host, screen, api } = session;
  let told: string | undefined;
  let asking: Asking | undefined;

  const ask = (): Asking => {
    const closing = new AbortController();
    const asked: Asking = { text: undefined, close: () => closing.abort() };
    const signal = AbortSignal.any([closing.signal, host.interrupted]);
    void host.ask(QUESTION, signal).then((text) => (asked.text = text ?? null));
    return asked;
  };

  const take = async (text: string): Promise<void> => {
    const answer = answerIn(text);
    asking = answer ? undefined : ask();
    if (!answer) return;
    await api.send(id, APPROVAL, { value: answer, key: host.ids.ulid(host.clock.now()) });
    screen.say(answer.approved ? "approved" : "rejected");
  };

  const tell = (plan: OpenPlan): void => {
    told = plan.wait;
    // What is drawn would be drawn anew below what is typed.
    screen.keep();
    screen.say(planLines(session, id, plan).join("\n"));
    if (host.isInteractive) asking = ask();
  };

  return {
    get isAsking() {
      return asking !== undefined;
    },
    async look(view) {
      const plan = openPlan(view);
      if (asking && plan?.wait !== told) {
        asking.close();
        asking = undefined;
        screen.say("\nanswered elsewhere, or out of time");
      }
      if (plan && plan.wait !== told) tell(plan);
      if (asking?.text === null) asking = undefined;
      else if (asking?.text !== undefined) await take(asking.text);
    },
    close: () => asking?.close(),
  };
}

function answerIn(text: string): ApprovalAnswer | undefined {
  const [, yes, no] = /^\s*(?:(y|yes)|(n|no))\s*$/i.exec(text) ?? [];
  if (yes === undefined && no === undefined) return undefined;
  return { approved: no === undefined };
}

const proposal = z.looseObject({
  plan: z.looseObject({ questions: z.array(z.string()), queries: z.array(z.string()) }),
});

/** The plan of a research run that waits for its approval, if it does. */
function openPlan({ run, operations }: RunView): OpenPlan | undefined {
  if (run.workflow !== "research") return undefined;
  const wait = operations.find(
    ({ operation: { kind, key, state } }) =>
      kind === "wait" && state === "waiting" && key.split("#", 1)[0] === APPROVAL,
  );
  const planned = operations.find(({ operation }) => operation.key === PLAN)?.child;
  const { data } = proposal.safeParse(planned?.run.output);
  return wait && data && { wait: wait.operation.key, ...data.plan };
}

function planLines({ commandLine }: Session, id: string, plan: OpenPlan): string[] {
  const answer = (value: ApprovalAnswer): string =>
    commandLine("send", id, APPROVAL, "--value", JSON.stringify(value));
  const list = (heading: string, items: readonly string[]): string[] =>
    items.length === 0
      ? []
      : [heading, ...items.map((item, index) => `  ${index + 1}. ${plainLine(item)}`)];
  return [
    `run ${id} waits until its plan is approved`,
    ...list("questions:", plan.questions),
    ...list("queries:", plan.queries),
    `approve it:       ${answer({ approved: true })}`,
    `other queries:    ${answer({ approved: true, queries: ["…"] })}`,
    `reject it:        ${answer({ approved: false })}`,
  ];
}

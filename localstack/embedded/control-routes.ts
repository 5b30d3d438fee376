import type { Reloaded } from "./reload.ts";
import { errorAnswer, type HttpAnswer, jsonAnswer } from "./proxy-response.ts";
import { isFields } from "./sqs/request-fields.ts";

/** Orders that only the embedded stack takes, beside the API that it serves. */
export interface Control {
  /** Who answers, and where the rest of the stack is. */
  info(): Readonly<Record<string, unknown>>;
  /** Ends the stack once the answer has left. */
  stop(): void;
  /** Bundles the functions anew, and has further invocations run the new code when it compiles. */
  reload(): Promise<Reloaded>;
  /** Has the busy workers killed after so many further recorded steps; 0 takes that back. */
  crashAfter(steps: number): void;
}

/** Paths below which the control routes are. */
export const CONTROL_PREFIX = "/__savepoint/";

/** Answers a control request. */
export async function controlAnswer(
  control: Control,
  method: string,
  path: string,
  body: string,
): Promise<HttpAnswer> {
  switch (`${method} ${path}`) {
    case `GET ${CONTROL_PREFIX}info`:
      return jsonAnswer(200, control.info());
    case `POST ${CONTROL_PREFIX}stop`:
      control.stop();
      return jsonAnswer(202, { stopping: true });
    case `POST ${CONTROL_PREFIX}reload`:
      return jsonAnswer(200, await control.reload());
    case `POST ${CONTROL_PREFIX}crash-after`:
      return crashAfter(control, body);
    default:
      return errorAnswer(
        404,
        "not_found",
        `${method} ${path} is no control route: GET info, POST stop, POST reload, POST crash-after`,
      );
  }
}

function crashAfter(control: Control, body: string): HttpAnswer {
  const steps = stepsFrom(body);
  if (steps === undefined) {
    return errorAnswer(
      422,
      "invalid_argument",
      `the body must be {"steps": n} with n an integer from 0`,
    );
  }
  control.crashAfter(steps);
  return jsonAnswer(200, { steps });
}

function stepsFrom(body: string): number | undefined {
  try {
    const value: unknown = JSON.parse(body);
    const steps = isFields(value) && Object.keys(value).length === 1 ? value["steps"] : undefined;
    return typeof steps === "number" && Number.isInteger(steps) && steps >= 0 ? steps : undefined;
  } catch {
    return undefined;
  }
}

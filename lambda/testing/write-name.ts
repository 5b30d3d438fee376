import { OPERATION_PREFIX } from "../store/schema.ts";

/** What a call of a worker writes, for people; undefined for one that only reads. */
export function writeName(action: string, body: string): string | undefined {
  switch (action) {
    case "PutItem":
    case "UpdateItem":
    case "DeleteItem":
      return itemName(body);
    case "SendMessage":
      return "a hint";
    case "DeleteMessage":
      return "a hint's deletion";
    case "ChangeMessageVisibility":
    case "ChangeMessageVisibilityBatch":
      return "a hint's visibility";
    default:
      return undefined;
  }
}

interface Keyed {
  readonly pk?: { readonly S?: string };
  readonly sk?: { readonly S?: string };
}

function itemName(body: string): string {
  const { Item, Key } = JSON.parse(body) as { readonly Item?: Keyed; readonly Key?: Keyed };
  const { pk, sk } = Item ?? Key ?? {};
  const key = sk?.S ?? "";
  if (key.startsWith(OPERATION_PREFIX)) {
    return `the record of "${key.slice(OPERATION_PREFIX.length)}"`;
  }
  return key === "META" ? `run "${(pk?.S ?? "").slice("RUN#".length)}"` : "a part of a value";
}

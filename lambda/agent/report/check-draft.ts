import type { Evidence, Quote } from "../evidence.ts";
import type { Claim, Draft } from "../model/port.ts";
import { objectionTo } from "./check-claim.ts";

/** A claim that passed, with the sentences it rests on. */
export interface CheckedClaim {
  /** Null when the sentence speaks for itself. */
  readonly text: string | null;
  readonly quotes: readonly Quote[];
}

/** Why a claim did not pass. Its text is not kept: the report must not repeat what cannot be shown. */
export interface DroppedClaim {
  readonly reason: string;
}

/** A draft of which only what was read in this run is left. */
export interface CheckedDraft {
  readonly answer: readonly CheckedClaim[];
  readonly sections: readonly {
    readonly heading: string;
    readonly claims: readonly CheckedClaim[];
  }[];
  readonly disagreements: readonly {
    readonly about: string;
    readonly sides: readonly CheckedClaim[];
  }[];
  readonly gaps: readonly string[];
  readonly dropped: readonly DroppedClaim[];
}

/**
 * Keeps of a draft what the evidence bears out. A claim stays only when each id it cites is a sentence that
 * was read in this run and {@link objectionTo} finds nothing; sections left empty and
 * disagreements left with one side go with their claims.
 */
export function checkDraft(draft: Draft, evidence: Evidence): CheckedDraft {
  const known = new Map(evidence.quotes.map((quote) => [quote.id, quote]));
  const dropped: DroppedClaim[] = [];
  const pass = (claims: readonly Claim[]): CheckedClaim[] =>
    claims.flatMap((claim) => {
      const checked = checkClaim(claim, known);
      if ("quotes" in checked) return [checked];
      dropped.push(checked);
      return [];
    });
  const answer = pass(draft.answer);
  const sections = draft.sections
    .map(({ heading, claims }) => ({ heading, claims: pass(claims) }))
    .filter(({ claims }) => claims.length > 0);
  const disagreements = draft.disagreements
    .map(({ about, sides }) => ({ about, sides: pass(sides) }))
    .filter(({ sides }) => sides.length > 1);
  return { answer, sections, disagreements, gaps: draft.gaps, dropped };
}

function checkClaim(
  { text, cites }: Claim,
  known: ReadonlyMap<string, Quote>,
): CheckedClaim | DroppedClaim {
  if (cites.length === 0) return { reason: "cites nothing" };
  const unread = cites.find((id) => !known.has(id));
  if (unread !== undefined) {
    return { reason: `cites ${unread}, which was not read in this run` };
  }
  const quotes = [...new Set(cites)].flatMap((id) => known.get(id) ?? []);
  if (text === null) return { text, quotes };
  const reason = objectionTo(text, quotes);
  return reason === undefined ? { text, quotes } : { reason };
}

/** Every claim of a checked draft, in the order of the report. */
export const claimsOf = (draft: CheckedDraft): CheckedClaim[] => [
  ...draft.answer,
  ...draft.sections.flatMap(({ claims }) => claims),
  ...draft.disagreements.flatMap(({ sides }) => sides),
];

import type { Stance } from "../../evidence.ts";
import type { Token } from "./language.ts";

const words = (text: string): Set<string> => new Set(text.trim().split(/\s+/));

/** Words that praise what they are about, or say that it worked. */
const PRAISE = words(`
  awesome amazing best better boring cheap cheaper cleaner easier easy elegant enjoy excellent fantastic fast
  faster fewer fixed good great happy helped impressive improved love loved nice perfect pleasant
  pleasure productive recommend reliable robust saved shine shines simple simpler simplest smooth solid solved
  solves stable succeeded success trivial useful valuable win wins won wonderful worked works worth`);

/** Words that find fault, or say that it failed. */
const BLAME = words(`
  annoying avoid awful awkward bad blame broke broken brittle bug buggy bugs burden burned cannot complex
  complexity complicated confusing costly crashed cumbersome dangerous difficult disaster expensive fail
  failed fails failure footgun fragile frustrating hard harder hate horrible hurt lack lacks leak limitation
  lock-in mess migraine mistake nightmare overengineered overhead overkill pain painful poor problematic
  regret regretted risk risky slow slower struggle struggled suck sucks terrible tricky trouble ugly
  unreliable unusable useless waste wasted worse worst wrong`);

/**
 * Which way a sentence leans, by the words of praise and blame in it; a negation turns a word round.
 * A rough guess: good enough to put two quotes side by side, not to count opinions.
 */
export function stanceOf(tokens: readonly Token[]): Stance {
  let leaning = 0;
  for (const { word, isNegated } of tokens) {
    const side = PRAISE.has(word) ? 1 : BLAME.has(word) ? -1 : 0;
    leaning += isNegated ? -side : side;
  }
  if (leaning === 0) return "neutral";
  return leaning > 0 ? "for" : "against";
}

const CHARACTERS_MIN = 40;
const CHARACTERS_MAX = 320;

/** Openings that need the sentence before them. */
const LEANS_BACK =
  /^["“'(]*(?:it|its|it's|they|he|she|this|that|that's|these|those|which|who|such|and|but|or|so|because|then|also|plus|yes|no|nope|yeah|agreed|exactly|right|same|however|although|instead|otherwise|both|neither|there|here|thanks|sure|well|indeed|edit|update|ps|source|ditto|hi|hello|hey|meta|fwiw|btw)\b/i;

/** Talk about the conversation instead of the subject. */
const IS_CHATTER =
  /https?:|\b(?:op|tl;?dr|imo|thanks|(?:show|ask) hn|(?:i )?asked here|downvot\w*|upvot\w*|parent(?:'s)? (?:comment|post)|(?:this|the) (?:article|comment|thread|post|link|title|submission)|you (?:said|mention\w*|wrote)|your (?:comment|post|point|question)|disclaimer|disclosure|say(?:s|ing)? so)\b/i;

/** How answers say that they contradict. */
const CONTRADICTS =
  /\b(?:disagree\w*|counterpoint|unpopular|on the contrary|the opposite|overstated|strawman|not (?:true|convinced|so sure|my experience|our experience)|(?:isn't|that's not|this is not) true|(?:don't|do not|never) (?:buy|believe)|(?:push|pushing) back|i doubt|myth)\b/i;

/** Whether a sentence is long enough to say something and short enough to quote. */
export const isOfLength = (text: string): boolean =>
  text.length >= CHARACTERS_MIN && text.length <= CHARACTERS_MAX && !IS_CHATTER.test(text);

/** Whether a sentence can be quoted without what stands around it: a whole statement, no question. */
export const standsAlone = (text: string): boolean =>
  isOfLength(text) &&
  /^["“'(]*[\p{Lu}\p{N}]/u.test(text) &&
  /[.!)”"]$/.test(text) &&
  !LEANS_BACK.test(text);

/** Whether a sentence says that it contradicts what it answers. */
export const contradicts = (text: string): boolean => CONTRADICTS.test(text);

import type { Patch } from "../patch.ts";

/** Two workers run the bodies of one run, also those that must not be entered twice. */
export const resumedBesideFormerOwner: Patch = {
  name: "a terminated run is resumed while its former owner is at work",
  edits: [
    {
      file: "lambda/store/meta.ts",
      find: `=> formerUntil >= now;`,
      replace: `=> formerUntil < 0 && formerUntil >= now;`,
    },
  ],
};

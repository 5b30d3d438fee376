/** Frames shown of a recorded error. */
const FRAMES_MAX = 3;

// Node's own, those of packages, and savepoint's, which its source maps name by where they are in its repository.
const OF_OTHERS =
  /\bnode:|[\\/]node_modules[\\/]|[\\/]lambda[\\/](?:core|engine|store|queue)[\\/][\w-/\\]+\.ts:/;

/**
 * The first frames of a recorded stack that are of the person's own code, as `at run (file:line:column)`; none when
 * there is no such frame.
 * @param stack the text of an error's `stack`
 */
export const ownFrames = (stack: string): string[] =>
  stack
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line.startsWith("at ") && !OF_OTHERS.test(line))
    .slice(0, FRAMES_MAX);

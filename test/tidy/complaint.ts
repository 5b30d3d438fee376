/** A text file of the repository. */
export interface TextFile {
  /** Path from the repository's root, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

/** A place where a rule is broken. */
export interface Complaint {
  readonly path: string;
  /** Line, from 1. */
  readonly line: number;
  readonly message: string;
}

/** A complaint the way compilers write them, so that editors can jump there. */
export const complaintText = ({ path, line, message }: Complaint): string =>
  `${path}:${line}: error: ${message}`;

/** Whether the path is the folder or file, or inside it. */
export const isWithin = (path: string, folder: string): boolean =>
  path === folder || path.startsWith(`${folder}/`);

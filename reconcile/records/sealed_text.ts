import { digestJson } from "../../contracts/json/digest.ts";

/** What the seal at the end of a stored text says. */
export type SealState =
  /** The text is as Trellis wrote it. */
  | "whole"
  /** Something else changed the text. */
  | "broken"
  /** It has no seal. */
  | "none";

const TAIL = /,"seal":"([A-Za-z0-9_-]{43})"\}$/;
const TAIL_LENGTH = ',"seal":""}'.length + 43;

/**
 * The JSON text of a document with a digest of all its bytes as last member, so that any change from
 * outside is noticed, even one that leaves valid JSON. The document must have a member.
 */
export function sealedText(document: object): string {
  const open = JSON.stringify(document).slice(0, -1);
  return `${open},"seal":"${digestJson(open)}"}`;
}

/** Whether a stored text is as {@link sealedText} wrote it. */
export function sealState(text: string): SealState {
  const seal = TAIL.exec(text.slice(-TAIL_LENGTH))?.[1];
  if (seal === undefined) return "none";
  const open = text.slice(0, -TAIL_LENGTH);
  return open.isWellFormed() && digestJson(open) === seal ? "whole" : "broken";
}

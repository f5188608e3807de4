import type { Connected } from "../program/connect_command.ts";
import type { Said } from "./said.ts";

/**
 * The connection of a person who is logged in to the Console: it is let in as that person, as a command of
 * theirs would be, so that the Console can do what they may do in a terminal, and nothing else.
 */
export interface Visitor extends Connected {
  /** The person, as decisions and the audit write it. */
  readonly by: string;
  /** What people call them. */
  readonly name: string;
  /** Nobody has checked who it is: the server lets in everybody. */
  readonly isUnverified: boolean;
  /** Aborts when the person logs out, when they may come in no more, or when the Console stops. */
  readonly signal: AbortSignal;
  /** Says something on the next page that they see. */
  say(said: Said): void;
  /** What was said since the last page. */
  takeSaid(): readonly Said[];
}

import type { ProofStep } from "./proof_step.ts";

/** What no list of subjects prevents: what it is, and what it means. */
const LIMITS = {
  acknowledgement: {
    what: "have the server's answer to a write stored in a bucket of others",
    note: "NATS does not check where an answer goes. A service can overwrite an entry of another " +
      "bucket whose name it knows with such an answer: destroy it, not choose what it says. " +
      "Services that share a server must not be each other's enemies.",
  },
  delivery: {
    what: "have its own data delivered to others",
    note: "NATS does not check where a consumer delivers to, and delivers where somebody listens " +
      "on exactly that subject. Receivers of Trellis look how a message came; a program that does " +
      "not can be deceived.",
  },
  inbox: {
    what: "answer a request that it never got",
    note: "Services answer into the inboxes of their callers, so they may publish there. Which " +
      "subject a caller waits on has 60 random bits that only the asked service learns.",
  },
  messageId: {
    what: "use the message id of somebody else's event",
    note:
      "Told, not tried: what is published cannot be taken back. All events are in one stream, " +
      "which drops an id that it has seen in the last two minutes. Who knows the id of an event " +
      "before it is published can have it dropped; Trellis makes ids that nobody guesses.",
  },
} as const;

/** One of the known limits. */
export type LimitName = keyof typeof LIMITS;

/** A known limit, which a newer server may have put an end to. */
export function limitStep(name: LimitName, attempt: string, isThere: boolean): ProofStep {
  const { what, note } = LIMITS[name];
  return isThere
    ? { outcome: "limit", what, attempt, note }
    : { outcome: "denied", what, attempt, note: "this server prevents it" };
}

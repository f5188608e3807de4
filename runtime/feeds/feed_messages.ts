/**
 * What goes to and fro between a subscriber and a service, beside the values.
 *
 * @module
 */
import { type Validator, validatorOf } from "../../contracts/schema/validator.ts";

/** Frames that may be on their way, or wait to be taken. */
export const WINDOW_FRAMES = 512;
/** Their bytes, which the last of them may exceed. */
export const WINDOW_BYTES = 4 * 1024 * 1024;
/** Characters of a cursor. */
export const MOST_CURSOR = 4096;

/** Subscribes: the body of a request to the feed's subject. */
export interface FeedRequest {
  readonly input: unknown;
  /** Names the inbox of the caller's session that the frames go to. */
  readonly inbox: string;
  /** Goes on after this place. */
  readonly cursor?: string;
  /** Fewer frames at once than {@link WINDOW_FRAMES}. */
  readonly window?: number;
}

/** The feed has begun. */
export interface FeedAnswer {
  /** Its id. */
  readonly feed: string;
  /** The messaging session of the process that serves it, where it takes credit. */
  readonly instance: string;
}

/** Tells how far the subscriber is, and that it is there. */
export interface CreditRequest {
  readonly feed: string;
  /** Sequence of the last frame that was taken. */
  readonly upTo: number;
  /** The subscriber wants no more. */
  readonly leave?: boolean;
}

/** Tells how far the service is, and that it is there; or that it has no such feed. */
export type CreditAnswer = { readonly sent: number } | { readonly unknown: true };

const token = { type: "string", pattern: "^[A-Za-z0-9_-]{1,64}$" };
const count = { type: "integer", minimum: 0 };

/** Checks a {@link FeedRequest} but for its input. */
export const FEED_REQUEST: Validator = validatorOf({
  type: "object",
  required: ["input", "inbox"],
  properties: {
    inbox: token,
    cursor: { type: "string", maxLength: MOST_CURSOR },
    window: { type: "integer", minimum: 1 },
  },
});

/** Checks a {@link FeedAnswer}. */
export const FEED_ANSWER: Validator = validatorOf({
  type: "object",
  required: ["feed", "instance"],
  properties: { feed: token, instance: { type: "string", pattern: "^[A-Za-z0-9_-]{1,128}$" } },
});

/** Checks a {@link CreditRequest}. */
export const CREDIT_REQUEST: Validator = validatorOf({
  type: "object",
  required: ["feed", "upTo"],
  properties: { feed: token, upTo: count, leave: { type: "boolean" } },
});

/** Checks a {@link CreditAnswer}. */
export const CREDIT_ANSWER: Validator = validatorOf({
  type: "object",
  properties: { sent: count, unknown: { type: "boolean" } },
});

import { isRecord } from "../../../contracts/json/json.ts";
import { err, ok, type Result } from "../../../contracts/result.ts";
import { apiErrorKind } from "./api_code.ts";
import type { NoAnswer, RequestAnswer } from "./jetstream_requests.ts";

/** An answer of JetStream's API: a JSON object. */
export type ApiAnswer = Readonly<Record<string, unknown>>;

/** Why a request to JetStream did not do what it was for. */
export type ApiFailure =
  | NoAnswer
  /** JetStream refuses it; `code` is the number of the API error. */
  | { readonly kind: "refused"; readonly code: number; readonly description: string }
  /** What answered is not JetStream. */
  | { readonly kind: "malformed" };

/** What an acknowledgement of a stored message says. */
export interface PublishAck {
  /** The stream that stored it. */
  readonly stream: string;
  /** Its sequence there. */
  readonly sequence: number;
  /** True when a message with the same id was stored before, under that sequence: this one was not. */
  readonly isRepeat: boolean;
}

/** Reads an answer of JetStream's API. */
export function readApiAnswer(answer: RequestAnswer): Result<ApiAnswer, ApiFailure> {
  if (answer.kind !== "answer") return err(answer);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(answer.msg.data));
  } catch {
    return err({ kind: "malformed" });
  }
  if (!isRecord(value)) return err({ kind: "malformed" });
  const { error } = value;
  if (!isRecord(error)) return ok(value);
  return err({
    kind: "refused",
    code: typeof error.err_code === "number" ? error.err_code : 0,
    description: String(error.description ?? "no description"),
  });
}

/** Reads the acknowledgement of a published message. */
export function readPublishAck(answer: RequestAnswer): Result<PublishAck, ApiFailure> {
  return readApiAnswer(answer).andThen((
    { stream, seq, duplicate },
  ): Result<PublishAck, ApiFailure> =>
    typeof seq === "number" && seq > 0 && typeof stream === "string"
      ? ok({ stream, sequence: seq, isRepeat: duplicate === true })
      : err({ kind: "malformed" })
  );
}

/** True when a condition on the last sequence was not met. */
export function lostRace(failure: ApiFailure): boolean {
  return failure.kind === "refused" && apiErrorKind(failure.code) === "lost_race";
}

import type { QueueKind } from "../../contracts/stored/job_names.ts";
import { DEADLINE_HEADER, PAYLOAD_VERSION_HEADER } from "../../contracts/stored/work_headers.ts";
import { headerValue } from "../../runtime/nats/headers/received_headers.ts";
import type { OpenedLetter } from "../letters/letter.ts";
import type { WorkView } from "./work_view.ts";

/** A job or an operation of which nothing but a dead letter is left. */
export function letterView(
  kind: QueueKind,
  { id, tries, publishedAt, deadAt, reason, error, cause, digest, headers }: OpenedLetter,
): WorkView {
  return {
    id,
    state: kind === "job" ? "dead" : "failed",
    attempt: Math.max(1, tries),
    createdAt: publishedAt,
    endedAt: deadAt,
    deadline: headerValue(headers, DEADLINE_HEADER) || undefined,
    error: error === "" ? reason : `${reason}: ${error}`,
    cause,
    digest,
    payloadVersion: headerValue(headers, PAYLOAD_VERSION_HEADER) || undefined,
  };
}

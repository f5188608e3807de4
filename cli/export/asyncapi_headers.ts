import { EVENT_ID_HEADER, EVENT_TIME_HEADER } from "../../contracts/stored/event_stream.ts";
import {
  CAUSE_HEADER,
  DEADLINE_HEADER,
  DIGEST_HEADER,
  JOB_ID_HEADER,
  JOB_TIME_HEADER,
  PAYLOAD_VERSION_HEADER,
} from "../../contracts/stored/work_headers.ts";
import {
  CONTRACT_HEADER,
  REQUEST_ID_HEADER,
  SERVICE_ERROR_CODE_HEADER,
  SERVICE_ERROR_HEADER,
  TRACEPARENT_HEADER,
} from "../../runtime/nats/headers/header_names.ts";

const TRACE = { [TRACEPARENT_HEADER]: "W3C trace context." };

/** The headers that count, by kind of message. */
export const MESSAGE_TRAITS = {
  request: headersOf({
    [REQUEST_ID_HEADER]: "Names the request; up to 128 printable characters.",
    [CONTRACT_HEADER]: "Digest of the caller's contract.",
    ...TRACE,
  }),
  error: headersOf({
    [SERVICE_ERROR_HEADER]: "Says that this is an error; its name, for people.",
    [SERVICE_ERROR_CODE_HEADER]: "400 the body does not fit, 422 a declared error, 500 the " +
      "handler failed, 503 overloaded, 504 too late.",
  }, [SERVICE_ERROR_HEADER, SERVICE_ERROR_CODE_HEADER]),
  event: headersOf({
    [EVENT_ID_HEADER]: "A ULID; published twice within two minutes, it is stored once.",
    [EVENT_TIME_HEADER]: "When it was prepared, ISO 8601 in UTC.",
    [CAUSE_HEADER]: "What caused it, as `rpc:<request id>`.",
    [DIGEST_HEADER]: "Digest of the publisher's contract.",
    ...TRACE,
  }, [EVENT_ID_HEADER, EVENT_TIME_HEADER]),
  job: headersOf({
    [JOB_ID_HEADER]: "Its id, however often it is tried.",
    [JOB_TIME_HEADER]: "When it was created, ISO 8601 in UTC.",
    [PAYLOAD_VERSION_HEADER]: "Version of the shape of the payload.",
    [DEADLINE_HEADER]: "When it is given up, ISO 8601 in UTC; missing: never.",
    [CAUSE_HEADER]: "What caused it.",
    [DIGEST_HEADER]: "Digest of the contract of who created it.",
    ...TRACE,
  }, [JOB_ID_HEADER]),
};

/** Refers to the headers of a kind of message. */
export function traits(kind: keyof typeof MESSAGE_TRAITS): readonly object[] {
  return [{ $ref: `#/components/messageTraits/${kind}` }];
}

function headersOf(
  headers: Readonly<Record<string, string>>,
  required: readonly string[] = [],
): object {
  const properties = Object.entries(headers)
    .map(([name, description]) => [name, { type: "string", description }]);
  return {
    headers: {
      type: "object",
      properties: Object.fromEntries(properties),
      ...(required.length === 0 ? {} : { required }),
    },
  };
}

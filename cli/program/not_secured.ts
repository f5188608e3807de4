import { withoutCredentials } from "../nats_server/probe/server_url.ts";
import type { ExplainedError } from "./command_context.ts";

/** A server that lets in everybody. */
export function notSecured(url: string): ExplainedError {
  return {
    code: "not_secured",
    message:
      `the NATS server at ${withoutCredentials(url)} lets in everybody: it has no sessions, ` +
      "and enforces nothing",
    hint: "trellis infra config prints the configuration of a secured one",
  };
}

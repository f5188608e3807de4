import { JetStreamApiError } from "@nats-io/jetstream";
import { type NatsConnection, TimeoutError } from "@nats-io/nats-core";
import { isRecord } from "../../../contracts/json/json.ts";
import { isErr } from "../../../contracts/result.ts";
import { type ApiAnswer, readApiAnswer } from "./api_answer.ts";
import type { RequestAnswer } from "./jetstream_requests.ts";

/** The server itself waits four seconds for servers that are not there. */
const PAGE_MS = 8000;

/** What the server says of all streams. */
export interface StreamList {
  /** What is known of each, as the server writes it; in a cluster one without a leader is there several times. */
  readonly streams: readonly ApiAnswer[];
  /** Names of streams that no server has answered for. */
  readonly missing: readonly string[];
}

/**
 * Lists all streams, and those that nobody answers for, which the library leaves out. Asks again where nobody
 * answers, as in a cluster that has no leader for a moment. Throws what the library throws.
 *
 * @param withinMs after this many milliseconds it does not ask again
 */
export async function listStreams(
  connection: Pick<NatsConnection, "request">,
  withinMs: number,
): Promise<StreamList> {
  const end = performance.now() + withinMs;
  const streams: ApiAnswer[] = [];
  const missing: string[] = [];
  for (let offset = 0, total = 1; offset < total;) {
    const page = await readPage(connection, offset, end);
    if (Array.isArray(page.streams)) streams.push(...page.streams.filter(isRecord));
    if (Array.isArray(page.missing)) missing.push(...page.missing.map(String));
    total = Number(page.total) || 0;
    offset += Math.max(1, Number(page.limit) || 0);
  }
  return { streams, missing };
}

async function readPage(
  connection: Pick<NatsConnection, "request">,
  offset: number,
  end: number,
): Promise<ApiAnswer> {
  for (;;) {
    try {
      const options = { timeout: PAGE_MS };
      const body = JSON.stringify({ offset });
      const msg = await connection.request("$JS.API.STREAM.LIST", body, options);
      return pageOf({ kind: "answer", msg });
    } catch (error) {
      if (!(error instanceof TimeoutError) || performance.now() > end) throw error;
    }
  }
}

function pageOf(answer: RequestAnswer): ApiAnswer {
  const page = readApiAnswer(answer).take();
  if (!isErr(page)) return page;
  const { error } = page;
  if (error.kind !== "refused") throw new Error("the list of streams cannot be read");
  const { code: err_code, description } = error;
  throw new JetStreamApiError({ code: 0, err_code, description });
}

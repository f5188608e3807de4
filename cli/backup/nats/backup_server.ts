import { JetStreamApiError } from "@nats-io/jetstream";
import { createInbox, type Msg, type NatsConnection } from "@nats-io/nats-core";
import { isRecord, readJson } from "../../../contracts/json/json.ts";
import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import { isTrellis } from "../../../reconcile/nats/nats_kept_streams.ts";
import { toTransportError } from "../../../runtime/nats/library_error.ts";
import type { ApiAnswer } from "../../../runtime/nats/jetstream/api_answer.ts";
import { listStreams } from "../../../runtime/nats/jetstream/list_streams.ts";
import { API_CODE } from "../../../runtime/nats/jetstream/api_code.ts";
import type { ExplainedError } from "../../program/command_context.ts";

/** Milliseconds that the server may take for one answer, or for the next part of a stream. */
const ANSWER_MS = 60_000;
/** Bytes of one part: a server takes a megabyte in one message unless it is told otherwise. */
const PART_BYTES = 128 * 1024;

/** A stream as it is on the server. */
export interface ListedStream {
  readonly name: string;
  readonly storage: string;
  readonly messages: number;
  readonly lastSequence: number;
  readonly consumers: number;
  /** Whether it removes messages by itself: old ones, or those that were taken. */
  readonly shrinks: boolean;
}

/** What the server needs to make a stream again. */
export interface StreamCopy {
  readonly config: ApiAnswer;
  readonly state: ApiAnswer;
}

/** Copies streams from a server and to it, by its own snapshots. */
export class BackupServer {
  readonly #connection: NatsConnection;

  /** @param connection that may do everything with the data, as that of the platform's key */
  constructor(connection: NatsConnection) {
    this.#connection = connection;
  }

  /** As `2.14.0`. */
  get version(): string {
    return this.#connection.info?.version ?? "unknown";
  }

  /** All streams, or those of Trellis. Errors: `unavailable` where there are some that no server leads. */
  async streams(
    which: "all" | "trellis",
  ): Promise<Result<readonly ListedStream[], ExplainedError>> {
    try {
      const { streams, missing } = await listStreams(this.#connection, ANSWER_MS);
      const lost = missing.find((name) => which === "all" || isTrellis(name));
      if (lost !== undefined) return err(notLed(lost));
      return ok(streams.filter((stream) => which === "all" || isOwn(stream)).map(listed));
    } catch (cause) {
      const doing = "listing the streams";
      return err(
        cause instanceof JetStreamApiError
          ? refused(doing, cause.apiError())
          : toTransportError(cause, doing),
      );
    }
  }

  /** A stream as it is now. */
  async stream(name: string): Promise<Result<ListedStream, ExplainedError>> {
    return (await this.#ask(`STREAM.INFO.${name}`, {})).map(listed);
  }

  /**
   * Copies a stream with its consumers: gives its parts to `write`, one at a time, and asks for more when that has
   * resolved.
   */
  async snapshot(
    name: string,
    write: (part: Uint8Array) => Promise<void>,
  ): Promise<Result<StreamCopy, ExplainedError>> {
    const inbox = createInbox();
    const parts = this.#connection.subscribe(inbox);
    try {
      const asked = { deliver_subject: inbox, no_consumers: false, chunk_size: PART_BYTES };
      const answer = (await this.#ask(`STREAM.SNAPSHOT.${name}`, asked)).take();
      if (isErr(answer)) return answer;
      const { config, state } = answer;
      if (!isRecord(config) || !isRecord(state)) return err(unreadable(name));
      const iterator = parts[Symbol.asyncIterator]();
      for (;;) {
        const next = await within(iterator.next());
        if (next === undefined || next.done) return err(stopped(name));
        const part = next.value;
        if (part.data.length === 0) return ended(part, name).map(() => ({ config, state }));
        await write(part.data);
        part.respond();
      }
    } finally {
      parts.unsubscribe();
    }
  }

  /** Makes a stream from its copy. The server keeps nothing of one that does not come to its end. */
  async restore(
    name: string,
    copy: StreamCopy,
    file: AsyncIterable<Uint8Array>,
  ): Promise<Result<ListedStream, ExplainedError>> {
    const answer = (await this.#ask(`STREAM.RESTORE.${name}`, { ...copy })).take();
    if (isErr(answer)) return answer;
    const { deliver_subject: subject } = answer;
    if (typeof subject !== "string") return err(unreadable(name));
    for await (const part of file) {
      const taken = (await this.#send(subject, part)).take();
      if (isErr(taken)) return taken;
    }
    return (await this.#send(subject, new Uint8Array())).map(listed);
  }

  async #send(subject: string, part: Uint8Array): Promise<Result<ApiAnswer, ExplainedError>> {
    try {
      const { data } = await this.#connection.request(subject, part, { timeout: ANSWER_MS });
      return data.length === 0 ? ok({}) : answerOf(data, subject);
    } catch (cause) {
      return err(toTransportError(cause, "restoring a stream"));
    }
  }

  async #ask(subject: string, body: object): Promise<Result<ApiAnswer, ExplainedError>> {
    try {
      const asked = JSON.stringify(body);
      const options = { timeout: ANSWER_MS };
      const { data } = await this.#connection.request(`$JS.API.${subject}`, asked, options);
      return answerOf(data, subject);
    } catch (cause) {
      return err(toTransportError(cause, subject));
    }
  }
}

function isOwn({ config }: ApiAnswer): boolean {
  if (!isRecord(config) || typeof config.name !== "string") return false;
  const metadata = isRecord(config.metadata) ? config.metadata : {};
  return isTrellis(
    config.name,
    Object.fromEntries(Object.entries(metadata).map(([key, value]) => [key, String(value)])),
  );
}

function listed({ config, state }: ApiAnswer): ListedStream {
  const { name = "", storage = "", max_age, allow_msg_ttl, retention } = isRecord(config)
    ? config
    : {};
  const { messages, last_seq, consumer_count } = isRecord(state) ? state : {};
  return {
    name: String(name),
    storage: String(storage),
    messages: Number(messages ?? 0),
    lastSequence: Number(last_seq ?? 0),
    consumers: Number(consumer_count ?? 0),
    shrinks: Number(max_age ?? 0) > 0 || allow_msg_ttl === true || retention !== "limits",
  };
}

function answerOf(data: Uint8Array, subject: string): Result<ApiAnswer, ExplainedError> {
  const answer = readJson(new TextDecoder().decode(data));
  if (!isRecord(answer)) return err(unreadable(subject));
  const { error } = answer;
  return isRecord(error) ? err(refused(subject, error)) : ok(answer);
}

function refused(doing: string, error: Readonly<Record<string, unknown>>): ExplainedError {
  return {
    code: "unavailable",
    message: `the server refuses ${doing}: ${error.description} (${error.err_code})`,
    hint: error.err_code === API_CODE.notClustered || error.err_code === API_CODE.noSuitablePeers
      ? "there are fewer servers than before: restore with --replicas 1"
      : "the message is the server's own; its log may say more",
  };
}

/** The last part is empty; its status says why the server ends. */
function ended(part: Msg, name: string): Result<void, ExplainedError> {
  const { code = 0, description = "" } = part.headers ?? {};
  return code < 400 ? ok() : err(stopped(name, `${description} (${code})`));
}

async function within<T>(next: Promise<T>): Promise<T | undefined> {
  const late = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => late.resolve(undefined), ANSWER_MS);
  try {
    return await Promise.race([next, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

function stopped(name: string, why = `no part came for ${ANSWER_MS / 1000} s`): ExplainedError {
  return {
    code: "incomplete",
    message: `the server has stopped to send ${name}: ${why}`,
    hint: "try again; nothing was kept of this backup",
  };
}

function notLed(name: string): ExplainedError {
  return {
    code: "unavailable",
    message: `no server answers for the stream ${name}; nothing was done`,
    hint: "see to it that the servers that keep it run: trellis status",
  };
}

function unreadable(what: string): ExplainedError {
  return {
    code: "unavailable",
    message: `the answer about ${what} cannot be read`,
    hint: "is the server newer than this Trellis?",
  };
}

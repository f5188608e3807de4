import { deploymentToken } from "../../contracts/stored/authority_records.ts";
import { EVENT_STREAM } from "../../contracts/stored/event_stream.ts";
import { againSubject, laterStream } from "../../contracts/stored/work_names.ts";
import { ATTEMPT_HEADER } from "../../contracts/stored/work_headers.ts";
import { err, isErr, ok, type Result } from "../../contracts/result.ts";
import { eventHeaders } from "../../runtime/events/nats/event_headers.ts";
import { inboxPrefix } from "../../runtime/nats/connection.ts";
import type { ApiFailure } from "../../runtime/nats/jetstream/api_answer.ts";
import { API_CODE } from "../../runtime/nats/jetstream/api_code.ts";
import { failureMeaning } from "../../runtime/nats/jetstream/failure_meaning.ts";
import { JetStreamRequests } from "../../runtime/nats/jetstream/jetstream_requests.ts";
import { publishStored } from "../../runtime/nats/jetstream/publish_stored.ts";
import { StreamApi } from "../../runtime/nats/jetstream/stream_api.ts";
import type { NatsMessaging } from "../../runtime/rpc/nats/nats_messaging.ts";
import type { ExplainedError } from "../program/command_context.ts";
import type { StoredMessage } from "../../runtime/nats/jetstream/stored_message.ts";
import type { GroupNames } from "./group_names.ts";
import { type Letter, type OpenedLetter, readLetter } from "./letter.ts";

/** Which letters of a deployment are meant; all, where nothing is said. */
export interface LetterFilter {
  /** The group, or the alias of the bucket. */
  readonly group?: string | undefined;
  /** The event. */
  readonly id?: string | undefined;
}

/** Some letters, oldest first. */
export interface LetterPage {
  readonly letters: readonly OpenedLetter[];
  /** What the next page follows; undefined after the last one. */
  readonly next: number | undefined;
}

/** One question or change takes as long at most, in milliseconds. */
const PATIENCE_MS = 10_000;

/** The dead letters of a deployment, in their stream. */
export class LetterBox {
  readonly #deployment: string;
  readonly #stream: StreamApi;
  readonly #names: GroupNames;

  /**
   * @param stream of the dead letters, as the bindings of the deployment say
   * @param names of its groups
   */
  constructor(
    deployment: string,
    stream: string,
    names: GroupNames,
    messaging: NatsMessaging,
  ) {
    this.#deployment = deployment;
    this.#names = names;
    const requests = JetStreamRequests.of(messaging.line, inboxPrefix(messaging.session));
    this.#stream = new StreamApi(requests, stream);
  }

  /** A page of letters, those after a place. A stream that is not there holds none. */
  async page(
    filter: LetterFilter,
    { after = 0, limit }: { readonly after?: number | undefined; readonly limit: number },
  ): Promise<Result<LetterPage, ExplainedError>> {
    const letters: OpenedLetter[] = [];
    // What is no token of a subject is no letter's either, and would name others.
    if (![filter.group, filter.id].every(isToken)) return ok({ letters, next: undefined });
    for (let from = after + 1;;) {
      const found = (await this.#next(filter, from)).take();
      if (isErr(found)) return found;
      if (found === undefined) return ok({ letters, next: undefined });
      if (letters.length === limit) return ok({ letters, next: from - 1 });
      from = found.sequence + 1;
      letters.push(found);
    }
  }

  /** The letter at a place; undefined when it is not there any more. */
  async at(sequence: number): Promise<Result<OpenedLetter | undefined, ExplainedError>> {
    const read = (await this.#stream.message({ at: sequence }, patience())).take();
    if (isErr(read)) return isGone(read.error) ? ok(undefined) : err(unread(read.error));
    return ok(read && this.#letter(read));
  }

  /** How many there are. */
  async count(): Promise<Result<number, ExplainedError>> {
    const info = (await this.#stream.info(patience())).take();
    if (isErr(info)) return isGone(info.error) ? ok(0) : err(unread(info.error));
    return ok(info.messages);
  }

  /** How many there are of each group, by `<kind>.<group>`. */
  async counts(): Promise<Result<ReadonlyMap<string, number>, ExplainedError>> {
    const counts = new Map<string, number>();
    const every = `dead.${deploymentToken(this.#deployment)}.>`;
    for (let offset = 0;;) {
      const info = (await this.#stream.info(patience(), every, offset)).take();
      if (isErr(info)) return isGone(info.error) ? ok(counts) : err(unread(info.error));
      const subjects = Object.entries(info.subjects);
      for (const [subject, messages] of subjects) {
        const [kind = "", name = ""] = subject.split(".").slice(2, 4);
        const key = `${kind}.${this.#names.declared(name)}`;
        counts.set(key, (counts.get(key) ?? 0) + messages);
      }
      offset += subjects.length;
      if (subjects.length === 0 || offset >= info.matching) return ok(counts);
    }
  }

  /**
   * Gives the event to its group again, as a first try; what a relay has given up is published as the event
   * that it is. Done twice, it is given once.
   */
  async giveBack(letter: OpenedLetter): Promise<Result<void, ExplainedError>> {
    const { kind, id, body, sequence } = letter;
    const group = this.#names.stored(letter.group);
    const stream = kind === "relay" ? EVENT_STREAM : laterStream(this.#deployment);
    const message = {
      subject: kind === "relay" ? letter.subject : againSubject(this.#deployment, group, id),
      body,
      headers: kind === "relay"
        ? eventHeaders(id, stream, `${carriedLines(letter, RELAYED).join("\r\n")}\r\n`)
        : againHeaders(letter, `${id}:${group}:again:${this.#stream.name}:${sequence}`, stream),
      stream,
    };
    const stored = await publishStored(this.#stream.requests, message, patience());
    if (!stored.isErr()) return ok();
    const { error } = stored;
    if (error.kind === "no_responders" || isGone(error)) {
      return err({
        code: "not_found",
        message:
          `${group} of ${this.#deployment} takes nothing back: the stream ${stream} is not there`,
        hint: "reconcile the deployment",
        command: ["svc", this.#deployment, "authority", "reconcile"],
      });
    }
    return err(explained(error, `giving ${id} back to ${group}`));
  }

  /** Takes a letter out of the stream; one that is gone is gone. */
  async remove({ sequence, id }: Letter): Promise<Result<void, ExplainedError>> {
    const body = JSON.stringify({ seq: sequence, no_erase: true });
    const subject = `$JS.API.STREAM.MSG.DELETE.${this.#stream.name}`;
    const removed = await this.#stream.ask(subject, body, patience());
    if (removed.isErr() && !isGone(removed.error)) {
      return err(explained(removed.error, `removing the dead letter ${id}`));
    }
    return ok();
  }

  #letter(message: StoredMessage): OpenedLetter | undefined {
    const letter = readLetter(message);
    return letter && { ...letter, group: this.#names.declared(letter.group) };
  }

  async #next(
    { group, id = "*" }: LetterFilter,
    from: number,
  ): Promise<Result<OpenedLetter | undefined, ExplainedError>> {
    const name = group === undefined ? "*" : this.#names.stored(group);
    const next = `dead.${deploymentToken(this.#deployment)}.*.${name}.${id}`;
    for (let at = from;;) {
      const read = (await this.#stream.message({ next, from: at }, patience())).take();
      if (isErr(read)) return isGone(read.error) ? ok(undefined) : err(unread(read.error));
      if (read === undefined) return ok(undefined);
      const letter = this.#letter(read);
      if (letter !== undefined) return ok(letter);
      at = read.sequence + 1;
    }
  }
}

/** What the event had, but for what was added when it was given up. */
/** Not part of a letter's event: added by those who have worked on it. */
const WORKED = /^(Nats-|Trellis-Dead-|Trellis-Attempt:)/i;
const RELAYED = /^(Nats-|Trellis-Dead-|Trellis-Attempt:|Trellis-Origin:)/i;

function carriedLines({ headers }: OpenedLetter, without: RegExp): string[] {
  return headers.split("\r\n").slice(1).filter((line) => line !== "" && !without.test(line));
}

function againHeaders(letter: OpenedLetter, messageId: string, stream: string): Uint8Array {
  const carried = carriedLines(letter, WORKED);
  const lines = [
    `Nats-Msg-Id: ${messageId}`,
    `Nats-Expected-Stream: ${stream}`,
    `${ATTEMPT_HEADER}: 1`,
  ];
  return new TextEncoder().encode(`NATS/1.0\r\n${[...lines, ...carried].join("\r\n")}\r\n\r\n`);
}

function isToken(text: string | undefined): boolean {
  return text === undefined || /^[^\s.*>]+$/.test(text);
}

function patience(): number {
  return performance.now() + PATIENCE_MS;
}

function unread(failure: ApiFailure): ExplainedError {
  return explained(failure, "reading dead letters");
}

/** The stream, or the message, is not there. */
function isGone(failure: ApiFailure): boolean {
  const gone: readonly number[] = [API_CODE.streamNotFound, API_CODE.noMessage];
  return failure.kind === "refused" && gone.includes(failure.code);
}

function explained(failure: ApiFailure, doing: string): ExplainedError {
  const { reason, what } = failureMeaning(failure);
  return { code: reason === "missing" ? "not_found" : reason, message: `${doing}: ${what}` };
}

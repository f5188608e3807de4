import { deploymentToken } from "../../contracts/stored/authority_records.ts";
import type { WorkKind } from "../../contracts/stored/work_names.ts";
import { err, isErr, ok, type Result } from "../../contracts/result.ts";
import { inboxPrefix } from "../../runtime/nats/connection.ts";
import type { ApiFailure } from "../../runtime/nats/jetstream/api_answer.ts";
import { API_CODE, apiErrorKind } from "../../runtime/nats/jetstream/api_code.ts";
import { failureMeaning } from "../../runtime/nats/jetstream/failure_meaning.ts";
import { JetStreamRequests } from "../../runtime/nats/jetstream/jetstream_requests.ts";
import { publishStored } from "../../runtime/nats/jetstream/publish_stored.ts";
import { StreamApi } from "../../runtime/nats/jetstream/stream_api.ts";
import type { NatsMessaging } from "../../runtime/rpc/nats/nats_messaging.ts";
import type { ExplainedError } from "../program/command_context.ts";
import type { StoredMessage } from "../../runtime/nats/jetstream/stored_message.ts";
import { againMessage } from "./again_message.ts";
import type { GroupNames } from "./group_names.ts";
import { type Letter, type OpenedLetter, readLetter } from "./letter.ts";

/** Which letters of a deployment are meant; all, where nothing is said. */
export interface LetterFilter {
  /** What has given it up. */
  readonly kind?: WorkKind | undefined;
  /** The group, the alias of the bucket, the queue or the operation. */
  readonly group?: string | undefined;
  /** The event, the job or the operation. */
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
    const named = filter.group && this.#names.stored(filter.group, filter.kind);
    if (![named, filter.id].every(isToken)) return ok({ letters, next: undefined });
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
        const key = `${kind}.${this.#names.declared(kind, name)}`;
        counts.set(key, (counts.get(key) ?? 0) + messages);
      }
      offset += subjects.length;
      if (subjects.length === 0 || offset >= info.matching) return ok(counts);
    }
  }

  /**
   * Gives what was given up to its group or queue again, as a first try; what a relay has given up is published
   * as the event that it is. Done twice, it is given once. Answers why it stays; undefined when it does not.
   */
  async giveBack(letter: OpenedLetter): Promise<Result<string | undefined, ExplainedError>> {
    const { kind, group, id } = letter;
    const place = {
      deployment: this.#deployment,
      stored: this.#names.stored(group, kind),
      letters: this.#stream.name,
      classes: this.#names.classes(kind, group),
    };
    const message = againMessage(letter, place, Date.now());
    const stored = await publishStored(this.#stream.requests, message, patience());
    if (!stored.isErr()) return ok(undefined);
    const { error } = stored;
    if (error.kind === "no_responders" || isGone(error)) {
      return err({
        code: "not_found",
        message:
          `${group} of ${this.#deployment} takes nothing back: the stream ${message.stream} is not there`,
        hint: "reconcile the deployment",
        command: ["svc", this.#deployment, "authority", "reconcile"],
      });
    }
    const isTaken = error.kind === "refused" && apiErrorKind(error.code) === "lost_race";
    if (isTaken) return ok("has a key of which another one is not finished");
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
    return letter && { ...letter, group: this.#names.declared(letter.kind, letter.group) };
  }

  async #next(
    { kind, group, id = "*" }: LetterFilter,
    from: number,
  ): Promise<Result<OpenedLetter | undefined, ExplainedError>> {
    const name = group === undefined ? "*" : this.#names.stored(group, kind);
    const next = `dead.${deploymentToken(this.#deployment)}.${kind ?? "*"}.${name}.${id}`;
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

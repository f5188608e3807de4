import { parseCallerToken } from "../../../contracts/identity/caller.ts";
import { principalText } from "../../../contracts/identity/principal_text.ts";
import { isErr, ok, type Result } from "../../../contracts/result.ts";
import {
  DIGEST_SO_FAR_HEADER,
  parseSentChunk,
  sentChunks,
  sentOf,
} from "../../../contracts/stored/transfer_names.ts";
import { headerValue } from "../../nats/headers/received_headers.ts";
import type { ApiFailure } from "../../nats/jetstream/api_answer.ts";
import type { JetStreamRequests } from "../../nats/jetstream/jetstream_requests.ts";
import { type LastMessages, lastMessages } from "../../nats/jetstream/last_messages.ts";
import { StreamApi } from "../../nats/jetstream/stream_api.ts";
import type { StreamInfo } from "../../nats/jetstream/stream_info.ts";
import type { ChunkRange } from "./send_terms.ts";

/** Milliseconds that one question may take, reconnections included. */
const ASK_MS = 10_000;

/** Where the chunks of an operation stand that its owner has sent: by their numbers, each once for every session that sent it. */
export type SentChunks = ReadonlyMap<number, readonly string[]>;

/** The stream in which files wait that callers send with operations of one kind. */
export class StagedChunks {
  /** The subject of the operations. */
  readonly surface: string;
  /** The questions that the stream is asked. */
  readonly stream: StreamApi;

  /** @param stream its name */
  constructor(requests: JetStreamRequests, stream: string, surface: string) {
    this.stream = new StreamApi(requests, stream);
    this.surface = surface;
  }

  /**
   * What has come of an operation from sessions of its owner, `user:ada`. What others have sent is left out. Who has
   * sent what is a part of no file has all of it removed: looking through very much of it takes the time of everybody.
   *
   * @param most chunks that a file may have
   */
  async find(
    operation: string,
    owner: string,
    most: number,
  ): Promise<Result<SentChunks, ApiFailure>> {
    const found = new Map<number, string[]>();
    const wrong = new Set<string>();
    for await (const answer of this.#pages(sentChunks(this.surface, operation))) {
      const page = answer.take();
      if (isErr(page)) return page;
      for (const subject of page) {
        const { caller = "", number } = parseSentChunk(this.surface, subject) ?? {};
        if (number === undefined || number >= most) wrong.add(caller);
        else if (isOwner(caller, owner)) {
          const known = found.get(number);
          if (known === undefined) found.set(number, [subject]);
          else known.push(subject);
        }
      }
      if (wrong.size > 0) break;
    }
    if (wrong.size === 0) return ok(found);
    for (const caller of wrong) {
      const removed = (await this.removeOf(caller, operation)).take();
      if (isErr(removed)) return removed;
    }
    return await this.find(operation, owner, most);
  }

  /** All subjects with a chunk that pass a filter. */
  async subjects(filter: string): Promise<Result<readonly string[], ApiFailure>> {
    const subjects: string[] = [];
    for await (const answer of this.#pages(filter)) {
      const page = answer.take();
      if (isErr(page)) return page;
      for (const subject of page) subjects.push(subject);
    }
    return ok(subjects);
  }

  /** The same, as many at once as the server gives. Nothing follows a failure. */
  async *#pages(filter: string): AsyncGenerator<Result<readonly string[], ApiFailure>, void> {
    for (let count = 0, matching = 1; count < matching;) {
      const info = await this.stream.info(performance.now() + ASK_MS, filter, count);
      const page = Object.keys(info.isOk() ? info.value.subjects : {});
      yield info.map(() => page);
      if (info.isErr() || page.length === 0) return;
      count += page.length;
      matching = info.value.matching;
    }
  }

  /** The chunks of exactly these subjects, by subject, with one question; some may be missing that are there. */
  read(subjects: readonly string[]): Promise<Result<LastMessages, ApiFailure>> {
    return lastMessages(this.stream, subjects, performance.now() + ASK_MS);
  }

  /** The digests up to some of the chunks, as their sender has said them: the first, the last, and one between them. */
  async samples(
    sent: SentChunks,
  ): Promise<Result<readonly (readonly [number, string])[], ApiFailure>> {
    const numbers = [...sent.keys()].sort((a, b) => a - b);
    const last = numbers.length - 1;
    const chosen = [...new Set([0, last >> 1, last])].flatMap((at) => {
      const number = numbers[at];
      const [subject, ...others] = number === undefined ? [] : sent.get(number) ?? [];
      // Of several one may be another than the one that is taken.
      return number === undefined || subject === undefined || others.length > 0
        ? []
        : [{ number, subject }];
    });
    if (chosen.length === 0) return ok([]);
    return (await this.read(chosen.map(({ subject }) => subject))).map((found) =>
      chosen.flatMap(({ number, subject }) => {
        const { headers = "" } = found.get(subject) ?? {};
        const digest = headerValue(headers, DIGEST_SO_FAR_HEADER);
        return digest === undefined ? [] : [[number, digest] as const];
      })
    );
  }

  /** Removes what passes a filter. */
  remove(filter: string): Promise<Result<void, ApiFailure>> {
    return this.stream.purge(filter, performance.now() + ASK_MS);
  }

  /** Removes what one caller has sent for an operation. */
  removeOf(caller: string, operation: string): Promise<Result<void, ApiFailure>> {
    return this.remove(sentOf(this.surface, caller, operation));
  }

  /** What the stream holds and takes. */
  info(): Promise<Result<StreamInfo, ApiFailure>> {
    return this.stream.info(performance.now() + ASK_MS);
  }
}

/** True for a session of the owner. */
export function isOwner(caller: string, owner: string): boolean {
  return owner === senderText(caller);
}

/** Who a caller is by the token in its subjects. On a server that lets in everybody a session is nobody's. */
export function senderText(caller: string): string {
  const known = parseCallerToken(caller);
  return known === undefined ? "anonymous:anonymous" : principalText(known.principal);
}

/** The numbers of chunks as ranges, in their order. */
export function rangesOf(numbers: Iterable<number>): readonly ChunkRange[] {
  const ranges: [number, number][] = [];
  for (const number of [...numbers].sort((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last !== undefined && last[1] === number - 1) last[1] = number;
    else ranges.push([number, number]);
  }
  return ranges;
}

/**
 * Folds a history with the reducers of one handlers file, in a process of its own that is connected to nothing:
 * whoever has started it sends what there is to fold.
 *
 * @module
 */
import process from "node:process";
import type { Contract } from "../../contracts/define/contract.ts";
import { reportExit } from "../../contracts/discovery/report_exit.ts";
import { decodeBase64 } from "../../contracts/json/base64.ts";
import { isRecord } from "../../contracts/json/json.ts";
import { validatorOf } from "../../contracts/schema/validator.ts";
import { parsePosition } from "../../contracts/stored/position.ts";
import { POSITION_HEADER } from "../../contracts/stored/work_headers.ts";
import "../../runtime/host/deno_host.ts";
import { ValueCodec } from "../../runtime/kv/value_codec.ts";
import { headerValue } from "../../runtime/nats/headers/received_headers.ts";
import type { StoredMessage } from "../../runtime/nats/jetstream/stored_message.ts";
import { isDeletionMarker } from "../../runtime/nats/jetstream/deletion_marker.ts";
import { HistoryFold, type Unfolded } from "../../runtime/projections/history_fold.ts";
import { valueMisfit } from "../../runtime/projections/value_misfit.ts";
import { ProjectedEvents } from "../../runtime/projections/projected_events.ts";
import { loadHandlers } from "../workers/load_handlers.ts";
import type { FromWorker } from "../workers/worker_protocol.ts";
import type { FromReplayer, Replayed, SentMessage, ToReplayer } from "./replay_protocol.ts";
import { SHOWN, ValueDifferences } from "./value_differences.ts";

/** What is being replayed. */
interface Replay {
  /** Takes the next message. */
  add: (message: StoredMessage) => void;
  readonly fold: HistoryFold;
  readonly differences: ValueDifferences;
  readonly tally: Tally;
}

type Tally = {
  events: number;
  failed: number;
  unread: number;
  readonly firstFailed: Replayed["firstFailed"][number][];
  readonly firstUnread: Replayed["firstUnread"][number][];
};

const { exit } = process;
const decoder = new TextDecoder();
let replay: Replay | undefined;

// Standard output belongs to the command.
console.log = console.info = console.debug = console.error;
reportExit((what) => send({ kind: "exiting", what, place: undefined }));
process.on("disconnect", () => exit());
process.on("message", (message: ToReplayer) => {
  answer(message).then(send, (error: unknown) => {
    const failure = error instanceof Error
      ? { message: error.message, stack: error.stack }
      : { message: String(error) };
    send({ kind: "failed", failure });
  });
});

function send(message: FromReplayer | FromWorker): void {
  if (process.connected) process.send?.(message);
}

async function answer(message: ToReplayer): Promise<FromReplayer> {
  if (message.kind === "load") return await load(message);
  if (replay === undefined) throw new Error("nothing is loaded");
  const { add, fold, differences, tally } = replay;
  switch (message.kind) {
    case "events":
      for (const sent of message.messages) {
        add({ ...sent, data: decodeBase64(sent.data) });
      }
      return { kind: "taken" };
    case "folded":
      if (!fold.hasFailures) return { kind: "checked", again: false };
      replay.add = fold.mend();
      return { kind: "checked", again: true };
    case "values":
      for (const sent of message.messages) {
        differences.compare(currentValue(sent, message), message.through);
      }
      return { kind: "taken" };
    case "end":
      return { kind: "replayed", replayed: { ...tally, ...differences.end() } };
  }
}

async function load({ module, alias, maxPayload }: Extract<ToReplayer, { kind: "load" }>) {
  const { contract, handlers } = await loadHandlers(module);
  const events = projectedEvents(contract, alias, handlers.projections);
  const need = contract.manifest.resources?.kv?.[alias];
  const schema = contract.manifest.schemas?.[need?.schema.schema ?? ""] ?? true;
  const codec = new ValueCodec<unknown>(validatorOf(schema), alias, need?.maxValueBytes);
  const tally: Tally = { events: 0, failed: 0, unread: 0, firstFailed: [], firstUnread: [] };
  const fold = new HistoryFold(events, (key) => valueMisfit(codec, key, maxPayload));
  const add = (message: StoredMessage) => {
    tally.events++;
    const unfolded = fold.add(message);
    if (unfolded !== undefined) note(unfolded, fold, tally);
  };
  replay = { add, fold, differences: new ValueDifferences(fold.keys), tally };
  return { kind: "loaded", digest: contract.digest, filters: events.filters } as const;
}

/** Of a key that stands still only the event that stopped it is noted. */
function note({ message, event, error: why }: Unfolded, { keys }: HistoryFold, tally: Tally): void {
  const { sequence } = message;
  if (event === undefined) {
    if (tally.unread++ < SHOWN) tally.firstUnread.push({ sequence, why });
    return;
  }
  const { name, meta: { id, key } } = event;
  const failure = keys.get(key)?.failure;
  if (failure?.event !== event || tally.failed++ >= SHOWN) return;
  tally.firstFailed.push({ event: name, id, sequence, key, error: failure.error });
}

function projectedEvents(contract: Contract, alias: string, reducers: unknown): ProjectedEvents {
  const projection = contract.manifest.resources?.kv?.[alias]?.projection;
  if (projection === undefined) throw new TypeError(`${alias} is no projection of its contract`);
  const own = isRecord(reducers) && Object.hasOwn(reducers, alias) ? reducers[alias] : undefined;
  if (!isRecord(own)) throw new TypeError(`it has no reducers for the projection ${alias}`);
  return new ProjectedEvents(contract, projection, own);
}

function currentValue(
  { subject, headers, data }: SentMessage,
  { prefix, created }: Extract<ToReplayer, { kind: "values" }>,
) {
  const position = parsePosition(headerValue(headers, POSITION_HEADER));
  const isGone = isDeletionMarker((name) => headerValue(headers, name));
  return {
    key: subject.slice(prefix.length),
    value: isGone ? undefined : jsonOf(decoder.decode(decodeBase64(data))),
    // What was made of another stream says nothing of this one.
    sequence: position?.created === created ? position.sequence : 0,
  };
}

/** A value; its text where it is none. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

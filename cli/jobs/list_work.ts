import { err, isErr, ok, type Result } from "../../contracts/result.ts";
import type { QueueKind } from "../../contracts/stored/job_names.ts";
import type { LetterBox } from "../letters/letter_box.ts";
import type { ExplainedError } from "../program/command_context.ts";
import { letterView } from "./letter_view.ts";
import type { QueueBox } from "./queue_box.ts";
import type { QueuedMessage } from "./queued_message.ts";
import { isOver, type WorkState, type WorkView, workView } from "./work_view.ts";

/** Which jobs or operations are listed. */
export interface WorkFilter {
  /** Undefined: all. */
  readonly state?: WorkState | undefined;
  /** Where the last page ended. */
  readonly after?: string | undefined;
  readonly limit: number;
}

/** Some of them: first what is in the queue, then what is over, each oldest first. */
export interface WorkPage {
  readonly work: readonly WorkView[];
  /** What the next page follows; undefined after the last one. */
  readonly next: string | undefined;
}

/** Where they are found: in the queue, as records of what is over, and as dead letters without a record. */
const PARTS = ["queue", "records", "letters"] as const;
type Part = typeof PARTS[number];

/** States that a record has which nothing stands for in the queue, when what stood for it was lost. */
const HELD: readonly WorkState[] = ["running", "cancelling", "waiting"];
/** So many are looked through for a page of one state. */
const MOST_LOOKED = 10_000;

/** What one step has found, and where. */
interface Found {
  /** Undefined for what another part of the list has. */
  readonly view: WorkView | undefined;
  readonly sequence: number;
}

type Step = (from: number) => Promise<Result<Found | undefined, ExplainedError>>;

/** Lists a page of the jobs of a queue, or of the operations of one kind. */
export async function listWork(
  box: QueueBox,
  letters: LetterBox,
  { state, after, limit }: WorkFilter,
): Promise<Result<WorkPage, ExplainedError>> {
  const begin = readPlace(after).take();
  if (isErr(begin)) return begin;
  const steps: Readonly<Record<Part, Step>> = {
    queue: (from) => nextQueued(box, state, from),
    records: (from) => nextRecorded(box, from),
    letters: (from) => nextLetter(box, letters, from),
  };
  const work: WorkView[] = [];
  let looked = 0;
  for (const part of PARTS.slice(PARTS.indexOf(begin.part))) {
    if (!canHold(box.queue.kind, part, state)) continue;
    for (let from = part === begin.part ? begin.from : 1;;) {
      const found = (await steps[part](from)).take();
      if (isErr(found)) return found;
      if (found === undefined) break;
      const { view } = found;
      const isWanted = view !== undefined && (state === undefined || view.state === state);
      if (isWanted && work.length === limit || looked++ === MOST_LOOKED) {
        return ok({ work, next: `${part}.${from}` });
      }
      if (isWanted) work.push(view);
      from = found.sequence + 1;
    }
  }
  return ok({ work, next: undefined });
}

/** How a job or an operation stands; undefined for one that is not known. */
export async function findWork(
  box: QueueBox,
  letters: LetterBox,
  id: string,
): Promise<Result<FoundWork | undefined, ExplainedError>> {
  const { kind, name } = box.queue;
  const message = (await box.message(id)).take();
  if (isErr(message)) return message;
  const record = (await box.record(id)).take();
  if (isErr(record)) return record;
  const page = (await letters.page({ kind, group: name, id }, { limit: MOST_LETTERS })).take();
  if (isErr(page)) return page;
  const letter = page.letters.at(-1);
  const view = workView(kind, id, message, record?.fields) ?? (letter && letterView(kind, letter));
  if (view === undefined) return ok(undefined);
  const isDead = message === undefined && letter !== undefined;
  return ok({
    view: isDead ? completed(view, letterView(kind, letter)) : view,
    body: message?.body ?? letter?.body,
    isLetter: isDead,
  });
}

/** One of them with what it was given. */
export interface FoundWork {
  readonly view: WorkView;
  /** Its payload or input; undefined where nothing keeps it. */
  readonly body: Uint8Array | undefined;
  /** It is a dead letter, and can be tried again or thrown away. */
  readonly isLetter: boolean;
}

/** The newest letter of an id is looked for behind at most so many. */
const MOST_LETTERS = 100;

async function nextQueued(
  box: QueueBox,
  state: WorkState | undefined,
  from: number,
): Promise<Result<Found | undefined, ExplainedError>> {
  const last = (await box.lastDelivered()).take();
  if (isErr(last)) return last;
  const isWaiting = state === "queued" || state === "pending";
  const of = state === "scheduled" ? "later" : isWaiting || state === "running" ? "run" : "*";
  const message = (await box.next(from, of)).take();
  if (isErr(message)) return message;
  // Behind the last that any worker was given, nothing is in work.
  if (message === undefined || state === "running" && message.sequence > last) return ok(undefined);
  const view = (await queuedView(box, message)).take();
  return isErr(view) ? view : ok({ view, sequence: message.sequence });
}

async function queuedView(
  box: QueueBox,
  message: QueuedMessage,
): Promise<Result<WorkView | undefined, ExplainedError>> {
  const { id, isInWork, isParked, attempt } = message;
  // What nobody has begun with has no record.
  const isBegun = isInWork || isParked || attempt > 1;
  const record = isBegun ? (await box.record(id)).take() : undefined;
  if (isErr(record)) return record;
  const view = workView(box.queue.kind, id, message, record?.fields);
  return ok(view && !isOver(view.state) ? view : undefined);
}

async function nextRecorded(
  box: QueueBox,
  from: number,
): Promise<Result<Found | undefined, ExplainedError>> {
  const record = (await box.nextRecord(from)).take();
  if (isErr(record)) return record;
  if (record === undefined) return ok(undefined);
  const { kind } = box.queue;
  const { id, sequence, fields } = record;
  const view = workView(kind, id, undefined, fields);
  if (view === undefined) return ok({ view, sequence });
  // What is not over is in the queue, as is what somebody tries again.
  if (!isOver(view.state) || view.state === "dead" || view.state === "failed") {
    const message = (await box.message(id)).take();
    if (isErr(message)) return message;
    if (message !== undefined) return ok({ view: undefined, sequence });
  }
  return ok({ view, sequence });
}

async function nextLetter(
  box: QueueBox,
  letters: LetterBox,
  from: number,
): Promise<Result<Found | undefined, ExplainedError>> {
  const { kind, name } = box.queue;
  const page = (await letters.page({ kind, group: name }, { after: from - 1, limit: 1 })).take();
  if (isErr(page)) return page;
  const [letter] = page.letters;
  if (letter === undefined) return ok(undefined);
  const record = (await box.record(letter.id)).take();
  if (isErr(record)) return record;
  const view = record === undefined ? letterView(kind, letter) : undefined;
  return ok({ view, sequence: letter.sequence });
}

/** Whether a part of the list can hold something of a state. */
function canHold(kind: QueueKind, part: Part, state: WorkState | undefined): boolean {
  if (state === undefined) return true;
  if (part === "queue") return !isOver(state);
  if (part === "records") return isOver(state) || HELD.includes(state);
  return state === (kind === "job" ? "dead" : "failed");
}

function readPlace(
  after: string | undefined,
): Result<{ readonly part: Part; readonly from: number }, ExplainedError> {
  if (after === undefined) return ok({ part: PARTS[0], from: 1 });
  const [word, from] = after.split(".");
  const part = PARTS.find((part) => part === word);
  if (part !== undefined && /^\d{1,15}$/.test(from ?? "")) return ok({ part, from: Number(from) });
  const message = `"${after}" is no place of a list`;
  return err({ code: "usage", message, hint: "take it from the end of the last page" });
}

/** What is known of something, and what only another source says. */
function completed(view: WorkView, other: WorkView): WorkView {
  const said = Object.entries(view).filter(([, value]) => value !== undefined);
  return { ...other, ...Object.fromEntries(said) };
}

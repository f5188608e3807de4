import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import { pause } from "../../../runtime/nats/pause.ts";
import { findWork } from "../../jobs/list_work.ts";
import { type OpenQueue, openQueue } from "../../jobs/open_queue.ts";
import { isOver, progressShare, type WorkView } from "../../jobs/work_view.ts";
import { type CommandContext, type ExplainedError, failed } from "../../program/command_context.ts";
import type { Connected } from "../../program/connect_command.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import { printable } from "../../terminal/printable.ts";
import { progress } from "../../terminal/progress.ts";
import { errorText, progressText, workJson } from "../../view/jobs/jobs_view.ts";
import { notFound } from "../jobs/show_work.ts";

/** Milliseconds between two looks. */
const LOOK_MS = 250;
/** Cells of a bar that is full. */
const BAR_CELLS = 20;

/** Follows an operation to its end. How it ends is the exit code. */
export async function watchOperation(
  { id }: { readonly id: string },
  { queue }: OpenQueue,
  link: Connected,
  context: CommandContext,
): Promise<ExitCode> {
  return await followWork(queue.name, looks(queue, id, link, context.signal), context);
}

/**
 * Shows how an operation changes until it has ended: as a bar on a terminal, as lines elsewhere, and as a line of JSON
 * for each change with `--json`.
 *
 * @param onlyEnd leaves what is printed of changes before the end out
 */
export async function followWork(
  name: string,
  views: AsyncIterable<Result<WorkView, ExplainedError>>,
  context: CommandContext,
  { onlyEnd = false }: { readonly onlyEnd?: boolean } = {},
): Promise<ExitCode> {
  const { output, terminal, globals } = context;
  const isShown = terminal.status.available && !globals.json;
  using work = progress(terminal, name, globals.quiet || !isShown);
  let before = "";
  for await (const seen of views) {
    const view = seen.take();
    if (isErr(view)) return failed(context, view.error);
    const line = lineText(view);
    const isEnd = isOver(view.state);
    if (isEnd) work[Symbol.dispose]();
    else work.update(`${name}  ${line}`);
    const now = globals.json ? JSON.stringify(workJson(view)) : line;
    if (now !== before && (isEnd || !isShown && !onlyEnd)) {
      output.data(workJson(view), () => isEnd ? endText(view) : line);
    }
    before = now;
    if (isEnd) return view.state === "completed" ? EXIT_CODE.ok : EXIT_CODE.failure;
  }
  return EXIT_CODE.interrupted;
}

/** Looks again and again how an operation stands, whether its service runs or not. */
async function* looks(
  queue: OpenQueue["queue"],
  id: string,
  link: Connected,
  signal: AbortSignal,
): AsyncGenerator<Result<WorkView, ExplainedError>> {
  do {
    yield (await look(queue, id, link)).andThen((found) =>
      found === undefined ? err(notFound(id, queue)) : ok(found)
    );
  } while (await pause(LOOK_MS, signal));
}

async function look(
  { deployment, kind, name }: OpenQueue["queue"],
  id: string,
  link: Connected,
): Promise<Result<WorkView | undefined, ExplainedError>> {
  // Opened each time: what is in work is read once.
  const open = (await openQueue({ deployment, kind, name }, link)).take();
  if (isErr(open)) return open;
  return (await findWork(open.box, open.letters, id)).map((found) => found?.view);
}

/** How it stands, on one line. */
function lineText({ state, attempt, progress, waitsFor }: WorkView): string {
  const share = progressShare(progress);
  const parts = [
    state === "waiting" && waitsFor !== undefined ? `waiting for ${waitsFor}` : state,
    attempt > 1 ? `try ${attempt}` : "",
    share === undefined ? "" : bar(share.done / share.total),
    progress === undefined ? "" : progressText(progress),
  ];
  return printable(parts.filter((part) => part !== "").join("  "));
}

function bar(share: number): string {
  const full = Math.round(share * BAR_CELLS);
  return "█".repeat(full) + "░".repeat(BAR_CELLS - full);
}

function endText({ state, result, error, reason }: WorkView): string {
  const why = error === undefined ? reason : errorText(error);
  const shown = result === undefined
    ? ""
    : `\n${printable(JSON.stringify(result, null, 2), { lines: true })}`;
  return `${state}${why === undefined ? "" : `: ${printable(why)}`}${shown}`;
}

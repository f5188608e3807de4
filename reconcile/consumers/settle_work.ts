import { isErr, ok, type Result } from "../../contracts/result.ts";
import type { ByKey } from "../needs/need_types.ts";
import type { AuthorityError } from "../records/authority_error.ts";
import type { BoundWork, ResourceProblem } from "../records/authority_record.ts";
import type { WorkPositions } from "../records/work_positions.ts";
import { consumerKey } from "../resources/work_streams.ts";
import { act, unavailable, type WorkRequest } from "./carry_out_work.ts";
import { keepFilters } from "./keep_filters.ts";
import { planWork } from "./plan_work.ts";
import { readWork } from "./read_work.ts";
import type { WorkFound } from "./work_found.ts";
import { moving } from "./work_problem.ts";
import type { WorkRow } from "./work_row.ts";

/** What is left when all was done that can be done now. */
export interface Settled {
  readonly rows: readonly WorkRow[];
  readonly after: WorkFound;
  readonly problems: readonly ResourceProblem[];
  /** Keys of queues that still have in work what was begun before the change. */
  readonly moving: readonly string[];
}

/** Milliseconds that are waited for what is in work, so that short work needs no second reconcile. */
const MOVE_MS = 3000;
const LOOK_MS = 50;

/** Acts on what was found, and on what is found then, for as long as queues move. */
export async function settle(
  declared: readonly WorkRow[],
  known: ByKey<BoundWork>,
  first: WorkFound,
  positions: WorkPositions,
  request: WorkRequest,
): Promise<Result<Settled | "again", AuthorityError>> {
  const failed: ResourceProblem[] = [];
  const deadline = performance.now() + MOVE_MS;
  for (let found = first;;) {
    const rows = keepFilters(declared, found);
    const plan = planWork(rows, known, found, positions);
    const acted = (await act(plan.actions, request)).take();
    if (isErr(acted)) return acted;
    if (acted === "again") return ok("again");
    failed.push(...acted);
    const { moving: keys = [] } = plan;
    const isOver = keys.length === 0 || acted.length > 0 || performance.now() > deadline;
    if (!isOver && plan.actions.length === 0) {
      await new Promise((done) => setTimeout(done, LOOK_MS));
    }
    const isSame = isOver && plan.actions.length === 0;
    const after = isSame ? found : (await readWork(rows, known, request.streams)).take();
    if (isErr(after)) return unavailable(after.error);
    if (!isOver) {
      found = after;
      continue;
    }
    const waiting = keys.map((key) => moving(key, inWorkOf(key, rows, known, after)));
    return ok({
      rows,
      after,
      problems: [...plan.problems, ...failed, ...waiting],
      moving: keys,
    });
  }
}

/** How many are in work of what a queue had before, and has. */
function inWorkOf(
  key: string,
  rows: readonly WorkRow[],
  known: ByKey<BoundWork>,
  { consumers }: WorkFound,
): number {
  const row = rows.find((one) => one.key === key);
  const before = Object.keys(row === undefined ? {} : known[row.place]?.consumers ?? {});
  const keys = new Set([...before, ...row?.consumers.map(consumerKey) ?? []]);
  return [...keys].reduce((sum, one) => sum + (consumers.get(one)?.inWork ?? 0), 0);
}

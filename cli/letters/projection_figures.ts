import { isErr, ok, type Result } from "../../contracts/result.ts";
import { FOLDED_KEY } from "../../contracts/stored/projection_names.ts";
import { PROBE_KEY } from "../../runtime/kv/nats/check_writable.ts";
import type { ProjectionBinding } from "../../contracts/stored/bindings.ts";
import type { AuthorityRecord } from "../../reconcile/records/authority_record.ts";
import { inboxPrefix } from "../../runtime/nats/connection.ts";
import { JetStreamRequests } from "../../runtime/nats/jetstream/jetstream_requests.ts";
import { StreamApi } from "../../runtime/nats/jetstream/stream_api.ts";
import type { ExplainedError } from "../program/command_context.ts";
import type { Connected } from "../program/connect_command.ts";
import { readWorkFigures } from "./work_figures.ts";

/** How a projection stands. */
export interface ProjectionFigures {
  readonly deployment: string;
  readonly alias: string;
  readonly bucket: string;
  readonly generation: number;
  /** Keys, those without a value included; undefined where the server does not say it. */
  readonly keys: number | undefined;
  /** Events that are not folded yet; undefined where the server does not say it. */
  readonly behind: number | undefined;
  /** Events that could not be folded, and those of keys that stand still. */
  readonly dead: number;
  /** The bucket that is being made. */
  readonly next: string | undefined;
}

/** What stands in a bucket beside its keys. */
const MARKS = [FOLDED_KEY, PROBE_KEY];
/** All questions about one projection take as long at most, in milliseconds. */
const PATIENCE_MS = 5000;

/** Reads how the projections of deployments stand. */
export async function readProjections(
  records: readonly AuthorityRecord[],
  messaging: Connected["messaging"],
): Promise<Result<readonly ProjectionFigures[], ExplainedError>> {
  const requests = JetStreamRequests.of(messaging.line, inboxPrefix(messaging.session));
  const work = (await readWorkFigures(records, messaging, [], "projection")).take();
  if (isErr(work)) return work;
  const figures: ProjectionFigures[] = [];
  for (const { deployment, materialized } of records) {
    for (const [alias, binding] of Object.entries(materialized?.bindings.projections ?? {})) {
      const own = work.find((row) => row.deployment === deployment && row.group === alias);
      figures.push({
        deployment,
        alias,
        bucket: binding.bucket,
        generation: binding.generation,
        keys: await countKeys(binding, requests),
        behind: own?.work && own.work.pending + own.work.inWork,
        dead: own?.dead ?? 0,
        next: binding.next?.bucket,
      });
    }
  }
  return ok(figures);
}

/** Keys; undefined where the server does not say it. */
async function countKeys(
  { bucket }: ProjectionBinding,
  requests: JetStreamRequests,
): Promise<number | undefined> {
  const deadline = performance.now() + PATIENCE_MS;
  const stream = new StreamApi(requests, `KV_${bucket}`);
  const [info, ...marks] = await Promise.all([
    stream.info(deadline),
    ...MARKS.map((mark) => stream.info(deadline, `$KV.${bucket}.${mark}`)),
  ]);
  const marked = marks.filter((found) => found.isOk() && found.value.matching > 0).length;
  return info.isOk() ? info.value.subjectCount - marked : undefined;
}

import { isErr, ok, type Result } from "../../contracts/result.ts";
import { FOLDED_KEY } from "../../contracts/stored/projection_names.ts";
import { PROBE_KEY } from "../../runtime/kv/nats/check_writable.ts";
import type { ProjectionBinding } from "../../contracts/stored/bindings.ts";
import type { AuthorityRecord } from "../../reconcile/records/authority_record.ts";
import { inboxPrefix } from "../../runtime/nats/connection.ts";
import { readConsumerState } from "../../runtime/nats/jetstream/consumer_state.ts";
import { JetStreamRequests } from "../../runtime/nats/jetstream/jetstream_requests.ts";
import { StreamApi } from "../../runtime/nats/jetstream/stream_api.ts";
import type { ExplainedError } from "../program/command_context.ts";
import type { Connected } from "../program/connect_command.ts";
import { canHaveLetters, letterBox } from "./open_letters.ts";

/** How a projection stands. */
export interface ProjectionFigures {
  readonly deployment: string;
  readonly alias: string;
  readonly bucket: string;
  readonly generation: number;
  /** Keys, those without a value included; undefined where the server does not say it. */
  readonly values: number | undefined;
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
  const figures: ProjectionFigures[] = [];
  for (const record of records) {
    const projections = Object.entries(record.materialized?.bindings.projections ?? {});
    if (projections.length === 0) continue;
    const box = canHaveLetters(record) ? letterBox(record, messaging) : undefined;
    const counts = (await box?.counts())?.take();
    if (isErr(counts)) return counts;
    for (const [alias, binding] of projections) {
      figures.push({
        deployment: record.deployment,
        alias,
        bucket: binding.bucket,
        generation: binding.generation,
        ...await standing(binding, requests),
        dead: counts?.get(`projection.${alias}`) ?? 0,
        next: binding.next?.bucket,
      });
    }
  }
  return ok(figures);
}

async function standing(
  { stream, consumer, bucket }: ProjectionBinding,
  requests: JetStreamRequests,
): Promise<Pick<ProjectionFigures, "values" | "behind">> {
  const deadline = performance.now() + PATIENCE_MS;
  const asked = `$JS.API.CONSUMER.INFO.${stream}.${consumer}`;
  const values = new StreamApi(requests, `KV_${bucket}`);
  const [answer, info, ...marks] = await Promise.all([
    new StreamApi(requests, stream).ask(asked, "", deadline),
    values.info(deadline),
    ...MARKS.map((mark) => values.info(deadline, `$KV.${bucket}.${mark}`)),
  ]);
  const marked = marks.filter((found) => found.isOk() && found.value.matching > 0).length;
  const state = answer.isOk() ? readConsumerState(answer.value) : undefined;
  return {
    values: info.isOk() ? info.value.subjectCount - marked : undefined,
    behind: state && state.pending + state.unacknowledged,
  };
}

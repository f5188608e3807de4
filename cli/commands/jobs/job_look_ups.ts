import { isErr } from "../../../contracts/result.ts";
import type { QueueKind } from "../../../contracts/stored/job_names.ts";
import type { LookUp, ValueRequest } from "../../command_line/value_type.ts";
import { askServer } from "../../completion/ask_server.ts";

/** A person does not look through more ids than this. */
const MOST_IDS = 100;

/** Names of the queues of jobs of a service, for completion. */
export const queueNames: LookUp = (request) => namesOf("job", request);

/** Names of the operations of a service, for completion. */
export const operationNames: LookUp = (request) => namesOf("operation", request);

/** Ids of the jobs of a queue, for completion. */
export const jobIds: LookUp = (request) => idsOf("job", request);

/** Ids of the operations of one kind, for completion. */
export const operationIds: LookUp = (request) => idsOf("operation", request);

/** Ids of the dead letters of a queue, for completion. */
export const deadJobIds: LookUp = (request) => {
  const { service = "", queue } = request.given;
  return askServer(request, async (link) => {
    const { openLetters } = await import("../../letters/open_letters.ts");
    const opened = (await openLetters(service, link)).take();
    if (isErr(opened)) return [];
    const page = (await opened.box.page({ kind: "job", group: queue }, { limit: MOST_IDS })).take();
    return isErr(page) ? [] : page.letters.map(({ id }) => id);
  });
};

/** Names of the signals of an operation, for completion. */
export const signalNames: LookUp = (request) =>
  askServer(request, async ({ authority }) => {
    const { service = "", operation } = request.given;
    const record = (await authority.show(service)).take();
    if (isErr(record)) return [];
    return Object.values(record.desired?.needs.surfaces ?? {})
      .filter(({ kind, name }) => kind === "operations" && name === operation)
      .flatMap(({ signals = {} }) => Object.keys(signals));
  });

function namesOf(kind: QueueKind, request: ValueRequest): Promise<readonly string[]> {
  return askServer(request, async ({ authority }) => {
    const { queuesOf, removedQueues } = await import("../../jobs/queues.ts");
    const record = (await authority.show(request.given.service ?? "")).take();
    if (isErr(record)) return [];
    return [...queuesOf(record), ...removedQueues(record)]
      .filter((queue) => queue.kind === kind).map(({ name }) => name);
  });
}

function idsOf(kind: QueueKind, request: ValueRequest): Promise<readonly string[]> {
  const { service: deployment = "", queue, operation } = request.given;
  const name = queue ?? operation ?? "";
  return askServer(request, async (link) => {
    const [{ openQueue }, { listWork }] = await Promise.all([
      import("../../jobs/open_queue.ts"),
      import("../../jobs/list_work.ts"),
    ]);
    const open = (await openQueue({ deployment, kind, name }, link)).take();
    if (isErr(open)) return [];
    const page = (await listWork(open.box, open.letters, { limit: MOST_IDS })).take();
    return isErr(page) ? [] : page.work.map(({ id }) => id);
  });
}

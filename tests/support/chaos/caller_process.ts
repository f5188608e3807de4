/**
 * Asks for its part of jobs and operations, to be killed: what was accepted before is not asked for again.
 * `caller_process.ts <url> <ledger> <longest pause in ms> <jobs> <operations> <part> <parts>`
 */
import { type Result, TrellisClient, TrellisService } from "../../../mod.ts";
import { Ledger, readLedger } from "./ledger.ts";
import { type Wanted, wantedOf } from "./order.ts";
import { buyer, plant } from "./plant.ts";

const [trellisUrl = "", path = "", ...numbers] = Deno.args;
const [longestMs = 0, jobs = 0, operations = 0, part = 0, parts = 1] = numbers.map(Number);
const ledger = new Ledger(path);
const service = await TrellisService.connect({ contract: plant, trellisUrl, waitMs: 60_000 })
  .orThrow();
const client = await TrellisClient.connect({ contract: buyer, trellisUrl, waitMs: 60_000 })
  .orThrow();
const known = readLedger(path);
const over = new Set(
  known.filter(({ what }) => what === "accepted" || what === "refused").map(({ id }) => id),
);
const answered = new Set(known.filter(({ what }) => what === "answered").map(({ id }) => id));

/** Asks until there is an answer that would not be another one if it was asked again. */
async function insist<T>(ask: () => PromiseLike<Result<T, Error>>): Promise<T | Error> {
  for (;;) {
    const answer = await ask();
    if (!answer.isErr()) return answer.orThrow();
    const { error } = answer;
    if (error.name !== "TransportError") return error;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function create({ queue, id, payload }: Wanted): Promise<void> {
  if (queue === "operation") return;
  const created = await insist<unknown>(async () =>
    await service.jobs[queue].create(payload, { id, timeoutMs: 1000 })
  );
  const isRefused = created instanceof Error &&
    !(created.name === "JobError" && "id" in created && created.id === id);
  if (isRefused && queue !== "single") throw created;
  ledger.write({ what: isRefused ? "refused" : "accepted", queue, id });
}

async function make({ id, payload }: Wanted): Promise<void> {
  if (answered.has(id)) return;
  const { make } = client.operation.piece;
  const timed = { timeoutMs: 2000 };
  const ref = await insist(() => make.start(payload, { ...timed, requestId: id }));
  if (ref instanceof Error) throw ref;
  if (!over.has(id)) ledger.write({ what: "accepted", queue: "operation", id });
  const nodded = await insist(() =>
    ref.signal("nod", { by: id }, { ...timed, requestId: `${id}-nod` })
  );
  // An operation that has ended had its signal.
  if (nodded instanceof Error && !("reason" in nodded && nodded.reason === "ended")) throw nodded;
  const output = await insist(() => ref.wait({ timeoutMs: 10_000 }));
  if (output instanceof Error) throw output;
  ledger.write({ what: "answered", queue: "operation", id });
}

const making: Promise<void>[] = [];
for (const wanted of wantedOf({ jobs, operations }, part, parts)) {
  if (wanted.queue === "operation") making.push(make(wanted));
  else if (!over.has(wanted.id)) {
    await create(wanted);
    await new Promise((resolve) => setTimeout(resolve, Math.random() * longestMs));
  }
}
await Promise.all(making);
ledger.write({ what: "answered", queue: "all", id: `part${part}` });
await Promise.all([service.stop(), client.close()]);

/** What the compiler knows of queues. Checked, never run. */
import { assertType, type IsExact } from "@std/testing/types";
import {
  type BodyOf,
  defineHandlers,
  err,
  GiveUp,
  type HandlerClient,
  isErr,
  type Job,
  JobError,
  type JobRef,
  ok,
  TrellisService,
} from "../../mod.ts";
import { type Mailer, mailer } from "../support/jobs/mailer.ts";

type Client = HandlerClient<Mailer>;
type Jobs = Mailer["jobs"];

const rpc = { "Mail.Send": () => ok({ id: "1" }) };
const done = () => ok();
const plain = {
  plain: done,
  unique: done,
  coalesced: done,
  replaced: done,
  few: done,
  ordered: done,
  urgent: done,
  rated: done,
  nightly: done,
  forgotten: done,
};
const kept = ({ job }: { job: Job }) => ok({ id: job.id });
const versioned = {
  handle: done,
  migrate: { v1: (old: { address: string }) => ({ to: old.address }) },
};

defineHandlers(mailer, {
  deps: () => ({ port: 25 }),
  rpc,
  jobs: {
    ...plain,
    plain: async ({ payload, job, client, deps }) => {
      assertType<IsExact<typeof payload, { n?: number; to: string }>>(true);
      assertType<IsExact<typeof job, Job>>(true);
      assertType<IsExact<typeof client, HandlerClient<BodyOf<typeof mailer>>>>(true);
      assertType<IsExact<typeof deps, { port: number }>>(true);
      const step = await job.step("smtp", ({ id }) => ({ at: id }));
      assertType<IsExact<typeof step, { at: string }>>(true);
      job.progress({ current: 1 });
      await client.jobs.kept.create({ to: payload.to }).orThrow();
      return job.attempt > 1 ? err(new GiveUp({ reason: "no" })) : ok("whatever");
    },
    kept,
    versioned: {
      handle: ({ payload }) => {
        assertType<IsExact<typeof payload, { n?: number; to: string }>>(true);
        return ok();
      },
      migrate: {
        v1: (old) => {
          assertType<IsExact<typeof old, { address: string }>>(true);
          return { to: old.address };
        },
      },
    },
  },
});

// @ts-expect-error no handlers of jobs at all
defineHandlers(mailer, { rpc });
// @ts-expect-error the queue kept has no handler
defineHandlers(mailer, { rpc, jobs: { ...plain, versioned } });
defineHandlers(mailer, {
  rpc,
  // @ts-expect-error jobs of an older version may still wait, so their payloads are migrated
  jobs: { ...plain, kept, versioned: done },
});
defineHandlers(mailer, {
  rpc,
  // @ts-expect-error the migration of v1 is missing
  jobs: { ...plain, kept, versioned: { handle: done, migrate: {} } },
});
defineHandlers(mailer, {
  rpc,
  jobs: {
    ...plain,
    kept,
    // @ts-expect-error a migration makes today's payload
    versioned: { handle: done, migrate: { v1: () => ({ address: "a" }) } },
  },
});
defineHandlers(mailer, {
  rpc,
  // @ts-expect-error a result is declared, and this is none
  jobs: { ...plain, versioned, kept: () => ok({ id: 7 }) },
});
defineHandlers(mailer, {
  rpc,
  jobs: {
    ...plain,
    kept,
    versioned,
    // @ts-expect-error nothing of the queue is to be migrated
    plain: { handle: done, migrate: { v1: () => ({ to: "a" }) } },
  },
});

/** Creating jobs, and looking after them. */
export async function created({ jobs, transact }: Client): Promise<void> {
  const job = await jobs.kept.create({ to: "a" }, { delayMs: 5, id: "x" }).take();
  if (isErr(job)) {
    if (job.error instanceof JobError) {
      const { id } = job.error;
      assertType<IsExact<typeof id, string | undefined>>(true);
    }
    return;
  }
  assertType<IsExact<typeof job, JobRef<Jobs["kept"]>>>(true);
  const result = await job.wait({ timeoutMs: 5 }).orThrow();
  assertType<IsExact<typeof result, { id: string }>>(true);
  const nothing = await jobs.plain.ref("x").wait().orThrow();
  assertType<IsExact<typeof nothing, void>>(true);
  const found = await jobs.kept.get("x").orThrow();
  assertType<IsExact<typeof found.result, { id: string } | undefined>>(true);
  await jobs.urgent.create({ to: "a" }, { priority: 0 }).orThrow();
  // @ts-expect-error there are two classes
  jobs.urgent.create({ to: "a" }, { priority: 2 });
  // @ts-expect-error there is one class
  jobs.plain.create({ to: "a" }, { priority: 1 });
  // @ts-expect-error the payload has an address
  jobs.plain.create({});
  // @ts-expect-error there is no such queue
  jobs.nothing;
  const { jobs: stored } = await transact((tx) => {
    tx.jobs.plain.create({ to: "a" }, { delayMs: 5 });
    // @ts-expect-error the payload has an address
    tx.jobs.plain.create({ n: 1 });
  }).orThrow();
  assertType<IsExact<typeof stored, readonly { readonly queue: string; readonly id: string }[]>>(
    true,
  );
}

/** The explicit style. */
export async function explicit(): Promise<void> {
  const service = await TrellisService.connect({ contract: mailer }).orThrow();
  const { job } = service.with({ port: 25 }).handle;
  job.plain(({ payload, deps }) => ok([payload.to, deps.port]));
  job.versioned(versioned);
  // @ts-expect-error jobs of an older version may still wait
  job.versioned(done);
  await service.jobs.plain.create({ to: "a" }).orThrow();
}

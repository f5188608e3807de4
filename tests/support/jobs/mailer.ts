/** A contract with queues of each kind, and where its jobs stand, made by hand, for the tests of queues. */
import { Type } from "@sinclair/typebox";
import {
  type BodyOf,
  defineHandlers,
  defineServiceContract,
  type JobHandler,
  ok,
  TrellisService,
} from "../../../mod.ts";
import type { Bindings } from "../../../contracts/stored/bindings.ts";
import type { Log } from "../../../runtime/log.ts";
import { SILENT } from "../deployed.ts";
import type { HandMadeQueue, QueueStreams } from "../nats/queue_streams.ts";

const Mail = Type.Object({ to: Type.String(), n: Type.Optional(Type.Integer()) });
const Sent = Type.Object({ id: Type.String() });
const MailV1 = Type.Object({ address: Type.String() });

/** Sends mail. */
export const mailer = defineServiceContract({ schemas: { Mail, MailV1, Sent } }, (ref) => ({
  id: "mailer@v1",
  displayName: "Mailer",
  description: "Sends mail.",
  rpc: { "Mail.Send": { version: "v1", input: ref.schema("Mail"), output: ref.schema("Sent") } },
  jobs: {
    plain: { payload: ref.schema("Mail"), concurrency: 4 },
    kept: {
      payload: ref.schema("Mail"),
      result: ref.schema("Sent"),
      progress: true,
      logs: true,
      concurrency: 4,
    },
    unique: { payload: ref.schema("Mail"), unique: "/to", concurrency: 4 },
    coalesced: {
      payload: ref.schema("Mail"),
      unique: "/to",
      queue: { whenFull: "coalesce" },
    },
    replaced: {
      payload: ref.schema("Mail"),
      unique: "/to",
      queue: { whenFull: "replace-oldest" },
    },
    few: {
      payload: ref.schema("Mail"),
      keyConcurrency: { key: "/to", maxActive: 1, ordering: "strict" },
      queue: { maxQueuedPerKey: 2 },
      concurrency: 4,
    },
    ordered: {
      payload: ref.schema("Mail"),
      keyConcurrency: { key: "/to", ordering: "strict" },
      concurrency: 4,
    },
    urgent: { payload: ref.schema("Mail"), priorities: 2 },
    rated: { payload: ref.schema("Mail"), rate: { limit: 2, perMs: 1000 }, concurrency: 4 },
    nightly: {
      payload: ref.schema("Mail"),
      schedules: {
        each: { cron: "* * * * * *", payload: { to: "night" } },
        missed: { cron: "0 0 3 * * *", payload: { to: "missed" }, catchUp: "last" },
      },
    },
    versioned: {
      payload: ref.schema("Mail"),
      payloadVersion: "v2",
      acceptedVersions: { v1: ref.schema("MailV1") },
    },
    forgotten: { payload: ref.schema("Mail"), dlq: false },
  },
}));

/** The body of {@link mailer}. */
export type Mailer = BodyOf<typeof mailer>;
/** The names of its queues. */
export type MailQueue = keyof Mailer["jobs"];
type HandlerOf<Q extends MailQueue> = JobHandler<Mailer, Mailer["jobs"][Q], unknown>;
/** Handlers of those queues that a test is about. */
export type MailHandlers = { readonly [Q in MailQueue]?: HandlerOf<Q> };

/** How queues are made that are declared with more than a limit. */
const MADE: Partial<Record<MailQueue, Partial<HandMadeQueue>>> = {
  few: { shares: 4, settings: { maxActive: 1 } },
  ordered: { shares: 4, settings: { maxActive: 1 } },
  urgent: { classes: 2 },
};

/** A deployment of {@link mailer}. */
export interface MailerDeployment {
  readonly jobs: NonNullable<Bindings["jobs"]>;
  /** Connects an instance, which works on the queues that it is given handlers of, and on no others. */
  start(
    handlers: MailHandlers,
    options?: { readonly log?: Log; readonly url?: string },
  ): Promise<TrellisService<Mailer>>;
}

/** Makes the queues of a deployment, and what starts instances of it. */
export async function deployMailer(
  server: { readonly url: string },
  streams: QueueStreams,
  deployment: string,
  settings: HandMadeQueue["settings"] = {},
): Promise<MailerDeployment> {
  const jobs: Record<string, NonNullable<Bindings["jobs"]>[string]> = {};
  for (const [queue, declared] of Object.entries(mailer.manifest.jobs ?? {})) {
    const made = MADE[queue as MailQueue] ?? {};
    const { concurrency = 1 } = declared;
    jobs[queue] = await streams.make({
      deployment,
      queue,
      ...made,
      settings: { concurrency, ...made.settings, ...settings },
    });
  }
  await streams.bind(mailer, deployment, jobs);
  return {
    jobs,
    start: (handlers, { log, url = server.url } = {}) =>
      startMailer(url, deployment, handlers, log),
  };
}

/** Connects an instance of a deployment, which works on the queues that it is given handlers of. */
export async function startMailer(
  trellisUrl: string,
  deployment: string,
  handlers: MailHandlers,
  log: Log = SILENT,
): Promise<TrellisService<Mailer>> {
  const service = await TrellisService.connect({ contract: mailer, trellisUrl, deployment, log })
    .orThrow();
  const { job } = service.handle;
  for (const [queue, handler] of Object.entries(handlers)) {
    // Each is a handler of the queue of its name.
    (job[queue as "plain"] as (handler: unknown) => void)(
      queue === "versioned" ? { handle: handler, migrate: MIGRATE } : handler,
    );
  }
  return service;
}

const MIGRATE = { v1: (old: { address: string }) => ({ to: old.address }) };

/** Handlers of all queues, for tests of what needs all. */
export const allHandlers = defineHandlers(mailer, {
  rpc: { "Mail.Send": ({ input }) => ok({ id: input.to }) },
  jobs: {
    plain: () => ok(),
    kept: ({ job }) => ok({ id: job.id }),
    unique: () => ok(),
    coalesced: () => ok(),
    replaced: () => ok(),
    few: () => ok(),
    ordered: () => ok(),
    urgent: () => ok(),
    rated: () => ok(),
    nightly: () => ok(),
    versioned: { handle: () => ok(), migrate: MIGRATE },
    forgotten: () => ok(),
  },
});

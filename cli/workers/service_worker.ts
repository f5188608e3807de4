/**
 * Runs the services of one module in a process: connects them, tells when they answer, and stops them
 * in good order when asked, and when the process that asks has ended.
 *
 * @module
 */
import process from "node:process";
import { reportExit } from "../../contracts/discovery/report_exit.ts";
import { TransportError } from "../../contracts/errors/transport_error.ts";
import { isErr } from "../../contracts/result.ts";
import { loadCompiler, validatorOf } from "../../contracts/schema/validator.ts";
import "../../runtime/host/deno_host.ts";
import { type Environment, hostServices } from "../../runtime/host/environment.ts";
import { isRecorded } from "../../runtime/telemetry/load_telemetry.ts";
import { TrellisService } from "../../runtime/service/service.ts";
// A worker that is made ahead of time has loaded what its service connects with.
import "../../runtime/nats/dial/dial_deno.ts";
import "../../runtime/service/connect_accepted.ts";
import { loadHandlers } from "./load_handlers.ts";
import type { FromWorker, ToWorker, WorkerFailure } from "./worker_protocol.ts";

type Hosted = Parameters<NonNullable<Environment["onService"]>>[0];
type Start = Extract<ToWorker, { kind: "start" }>;

const services = new Set<Hosted>();
/** Milliseconds that requests in work may take when nobody is there who would say. */
const ORPHAN_MS = 1000;
/** Resolved when the service may answer. */
const permitted = Promise.withResolvers<void>();

process.on("message", (message: ToWorker) => {
  if (message.kind === "start") start(message).catch((error) => fail(failureOf(error)));
  else if (message.kind === "serve") permitted.resolve();
  else if (message.kind === "look") look();
  else stop(message.deadlineMs);
});

const { exit, ppid: parent } = process;
process.on("disconnect", endAlone);
// Whoever has the other end of the channel, too, keeps it open.
const looking = setInterval(() => {
  if (process.ppid !== parent) endAlone();
}, ORPHAN_MS);
Deno.unrefTimer(looking);

/** Nobody is there who would end this process. */
function endAlone(): void {
  clearInterval(looking);
  setTimeout(exit, 2 * ORPHAN_MS);
  stop(ORPHAN_MS).finally(exit);
}

reportExit((what, stack) => send({ kind: "exiting", what, place: placeOf(stack) }));
addEventListener("error", ({ error }) => sendThrown(error));
addEventListener("unhandledrejection", ({ reason }) => sendThrown(reason));

function send(message: FromWorker): void {
  if (process.connected) process.send?.(message);
}

function sendThrown(reason: unknown): void {
  send({ kind: "threw", reason: String(reason) });
}

/** The innermost place in a file, as a URL with line and column; the one that reports it is not meant. */
function placeOf(stack: string): string | undefined {
  const places = stack.split("\n").flatMap((line) =>
    /\b(file:\S+:\d+:\d+)\)?$/.exec(line)?.[1] ?? []
  );
  return places.find((place) => !place.includes("/report_exit.ts:"));
}

/** Any schema: the first one that is compiled takes ten times as long as those after it. */
const ANY_SCHEMA = {
  type: "object",
  properties: {
    id: { type: "string", minLength: 1, format: "date-time" },
    items: { type: "array", items: { anyOf: [{ type: "integer", minimum: 0 }, { const: "a" }] } },
  },
  required: ["id"],
};

/** Milliseconds behind the start of its service until this process warms up. */
const WARM_UP_MS = 2000;
/** The same without a service: longer than a start takes on a busy machine, which would wait for it. */
const IDLE_MS = 10_000;

// A worker that is made ahead of time has what many requests will need.
let warming = setTimeout(warmUp, IDLE_MS);

async function warmUp(): Promise<void> {
  await loadCompiler();
  validatorOf(ANY_SCHEMA).check({ id: "" });
}

async function start(request: Start): Promise<void> {
  clearTimeout(warming);
  const connected = Promise.withResolvers<void>();
  hostServices({
    servers: request.servers,
    sessionKeySeed: request.sessionKeySeed,
    onService(service) {
      services.add(service);
      connected.resolve();
      // Its session is over: another worker gets a new one.
      service.wait().catch((error: unknown) => {
        fail(failureOf(error));
        exit(1);
      });
    },
  });
  if (request.style === "main") {
    // It connects and serves by itself as soon as it is loaded.
    await permitted.promise;
    await startMain(request.module, connected.promise);
  } else await startHandlers(request);
  send({ kind: "ready", contracts: [...services].map(({ contract }) => contract.id) });
  warming = setTimeout(warmUp, WARM_UP_MS);
}

async function startHandlers(request: Start): Promise<void> {
  const defined = await loadHandlers(request.module);
  const service = await TrellisService.connect({
    contract: defined.contract,
    trellisUrl: request.servers,
    deployment: request.deployment,
  }).take();
  if (isErr(service)) throw service.error;
  await permitted.promise;
  await service.serve(defined);
}

/** A main module may wait for its service for ever, so its end says nothing; its services do. */
async function startMain(module: string, connected: Promise<void>): Promise<void> {
  const ran: Promise<"ran"> = import(module).then(() => "ran");
  await Promise.race([ran, connected]);
  if (services.size === 0) {
    throw new TypeError("main.ts ended without connecting a service: TrellisService.connect(…)");
  }
  await Promise.race([ran, ...[...services].map((service) => service.serving())]);
  await Promise.all([...services].map((service) => service.serving()));
}

function look(): void {
  const all = [...services];
  const connected = all.every(({ connected }) => connected !== false);
  const stats = all.map((service) => service.stats?.()).filter((told) => told !== undefined);
  send({ kind: "looked", connected, stats });
}

async function stop(deadlineMs: number): Promise<void> {
  let left = services.size;
  const onQuiet = () => {
    if (--left === 0) send({ kind: "quiet" });
  };
  await Promise.allSettled([...services].map((service) => service.stop({ deadlineMs, onQuiet })));
  const exits = isRecorded();
  send({ kind: "stopped", exits });
  // What it has recorded last is sent when it ends by itself.
  if (exits) exit(0);
}

function fail(failure: WorkerFailure): void {
  send({ kind: "failed", failure });
}

function failureOf(error: unknown): WorkerFailure {
  if (!(error instanceof Error)) return { message: String(error) };
  const { message, stack } = error;
  const hint = error instanceof Deno.errors.NotCapable
    ? 'name all that services may do in deno.json: "permissions": { "services": { … } }'
    : "hint" in error && typeof error.hint === "string"
    ? error.hint
    : undefined;
  const command = error instanceof TransportError ? error.command : undefined;
  const code = "code" in error && typeof error.code === "string" ? error.code : undefined;
  return { message, hint, command, code, stack, retryable: mayPass(error) };
}

/** Whether an error says nothing about the code: NATS does not answer, or no platform yet. */
function mayPass(error: unknown): boolean {
  if (!(error instanceof TransportError)) return false;
  return error.retryable || error.code === "trellis.bootstrap.failed" || mayPass(error.cause);
}

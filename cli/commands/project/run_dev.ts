import { setTimeout as delay } from "node:timers/promises";
import { isErr } from "../../../contracts/result.ts";
import { ContractReader } from "../../dev/contract_reader.ts";
import type { DevOptions } from "../../dev/dev_options.ts";
import type { DevSession } from "../../dev/dev_session.ts";
import { isRecorded } from "../../../runtime/telemetry/load_telemetry.ts";
import { contractFacts } from "../../health/contract_facts.ts";
import { Project } from "../../workers/project.ts";
import { holdProject } from "../../dev/project_hold.ts";
import { findProjectServer } from "../../dev/project_server.ts";
import { openProjectWorkers } from "../../dev/project_workers.ts";
import { metricsRoute } from "../../figures/prometheus/metrics_route.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import { type CommandContext, failed } from "../../program/command_context.ts";
import type { ControlOptions } from "./idle_options.ts";
import { type LongRunning, reportFor, serveProbes, stopping } from "./long_running.ts";
import { untilAborted } from "../../program/until_aborted.ts";

/** Milliseconds in which a server and a worker are started, unless something has to be waited for. */
const LOAD_AFTER_MS = 60;

/** Runs `dev`, `start` or `control` until Ctrl-C, or until its NATS server ends. */
export async function runDev(
  command: LongRunning & ControlOptions & {
    readonly name: "dev" | "start" | "control";
    /** Reload when files change. */
    readonly watch?: boolean;
    /** Type-check before reloading. */
    readonly types?: boolean;
  },
  context: CommandContext,
): Promise<ExitCode> {
  const { globals, signal, by, localPort } = context;
  const { name, watch = false, types = false } = command;
  const report = reportFor(context, name);
  const project = new Project(command.dir ?? globals.project);
  const held = name === "dev" ? (await holdProject(project.stateDir)).take() : undefined;
  if (isErr(held)) return failed(context, held.error);
  using _held = held;
  // The next one may begin while this one ends.
  signal.addEventListener("abort", () => held?.release(), { once: true });
  // Probes are answered while NATS is waited for, too.
  const up: { session?: DevSession } = {};
  const serving = (await serveProbes(command, report, async () => ({
    stage: signal.aborted ? "stopping" : up.session === undefined ? "starting" : "up",
    connected: up.session?.connected,
    contracts: await contractFacts(up.session),
  }), [metricsRoute(() => up.session?.measured)])).take();
  if (isErr(serving)) return failed(context, serving.error);
  await using _health = serving;
  await using contracts = new ContractReader(project, watch);
  const services = name !== "control";
  const options: DevOptions = {
    ...command,
    watch,
    types,
    services,
    project,
    contracts,
    nats: globals.nats,
    waitMs: command.wait,
    drainMs: command.drain,
    portalPort: command.portalPort ?? 0,
    consolePort: command.noConsole ? undefined : command.consolePort ?? 0,
    pageOrigins: command.origin,
    webSocketUrl: command.websocketUrl,
    defaultPort: localPort,
    by,
    report,
    signal,
  };
  const opening = services ? openProjectWorkers(project) : undefined;
  const launched = Promise.withResolvers<void>();
  const finding = findProjectServer(options, launched.resolve);
  // What they throw is thrown by whoever waits for it.
  for (const begun of [opening, finding]) begun?.catch(() => {});
  // Loading the rest takes longer than what was loaded until here, and would hold up the start of the two
  // processes, which get ready meanwhile. What takes longer than that, as a download, need not be waited for.
  await Promise.race([Promise.all([launched.promise, opening]), finding, delay(LOAD_AFTER_MS)])
    .catch(() => {});
  const { DevSession: Session } = await import("../../dev/dev_session.ts");
  const started = (await Session.start(options, finding, opening)).take();
  if (isErr(started)) {
    if (signal.aborted) return EXIT_CODE.interrupted;
    return failed(context, started.error);
  }
  await using session = started;
  up.session = session;
  if (isRecorded()) {
    const { exportFigures } = await import("../../figures/otel/export_figures.ts");
    const { FleetReader } = await import("../../figures/fleet_reader.ts");
    exportFigures(new FleetReader(session.measured));
  }
  const ended = session.serverEnded().then(() => "server_ended" as const);
  const interrupted = untilAborted(signal).then(() => "interrupted" as const);
  if (await Promise.race([interrupted, ended]) === "interrupted") {
    stopping(context, command, watch);
    await session.stop();
    return EXIT_CODE.ok;
  }
  return failed(context, {
    code: "server_ended",
    message: "the NATS server that Trellis had started has ended",
    hint: `its log is in .trellis/nats.log; its data is kept: run ${name} again`,
  });
}

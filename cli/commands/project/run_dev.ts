import { isErr, ok, type Result } from "../../../contracts/result.ts";
import { ContractReader } from "../../dev/contract_reader.ts";
import type { DevOptions } from "../../dev/dev_options.ts";
import { Project } from "../../workers/project.ts";
import { findProjectServer } from "../../dev/project_server.ts";
import { openProjectWorkers } from "../../dev/project_workers.ts";
import type { ServerError } from "../../nats_server/probe/server_error.ts";
import type { PageServer } from "../../pages/listen.ts";
import type { DevReport } from "../../dev/dev_report.ts";
import type { DevSession } from "../../dev/dev_session.ts";
import { type ReadinessFacts, readinessOf } from "../../health/readiness.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import { devJson, devLog } from "../../dev/view/dev_events.ts";
import { devView } from "../../dev/view/dev_view.ts";
import { duration } from "../../terminal/duration.ts";
import { type CommandContext, failed } from "../../program/command_context.ts";

/** Runs `dev` or `start` until Ctrl-C, or until its NATS server ends. */
export async function runDev(
  command: {
    /** Undefined: the `--project` option. */
    readonly dir: string | undefined;
    /** A person decides every change, safe ones too. */
    readonly review: boolean;
    /** Reload when files change: `dev` and not `start`. */
    readonly watch: boolean;
    /** Milliseconds to wait for a NATS server that is named and does not answer yet. */
    readonly wait: number | undefined;
    /** Where people log in; undefined: a free port. */
    readonly portalPort: number | undefined;
    /** Where they reach that through a proxy. */
    readonly portalUrl?: string | undefined;
    /** Where the Console listens; undefined: where it was the last time, or on a free port. */
    readonly consolePort: number | undefined;
    /** Without the Console. */
    readonly noConsole: boolean;
    /** Pages of these may connect and log people in. */
    readonly origin: readonly string[];
    /** Where they reach a NATS server that is named. */
    readonly websocketUrl?: string | undefined;
    /** Where probes are answered; undefined: nowhere. */
    readonly healthPort?: number | undefined;
    /** The address of that port; that of this machine only unless given. */
    readonly healthHost?: string | undefined;
    /** Milliseconds that what is in work may take at the end. */
    readonly drain: number;
    /** Type-check before reloading. */
    readonly types: boolean;
  },
  context: CommandContext,
): Promise<ExitCode> {
  const { output, globals, log, terminal, signal, by, localPort } = context;
  const report = log !== undefined
    ? devLog(log)
    : globals.json
    ? devJson(output)
    : devView(terminal, { command: command.watch ? "dev" : "start", quiet: globals.quiet });
  // Probes are answered while NATS is waited for, too.
  const up: { session?: DevSession } = {};
  const serving = (await serveProbes(command, report, () => ({
    stage: signal.aborted ? "stopping" : up.session === undefined ? "starting" : "up",
    connected: up.session?.connected,
    contracts: up.session?.status() ?? [],
  }))).take();
  if (isErr(serving)) return failed(context, serving.error);
  await using _health = serving;
  const project = new Project(command.dir ?? globals.project);
  await using contracts = new ContractReader(project, command.watch);
  const options: DevOptions = {
    ...command,
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
  const opening = openProjectWorkers(project);
  const finding = findProjectServer(options);
  // What they throw is thrown by whoever waits for it.
  for (const begun of [opening, finding]) begun.catch(() => {});
  // Loading the rest takes longer than what was loaded until here.
  const { DevSession: Session } = await import("../../dev/dev_session.ts");
  const started = (await Session.start(options, finding, opening)).take();
  if (isErr(started)) {
    if (signal.aborted) return EXIT_CODE.interrupted;
    return failed(context, started.error);
  }
  await using session = started;
  up.session = session;
  const interrupted = new Promise<"interrupted">((resolve) => {
    if (signal.aborted) resolve("interrupted");
    signal.addEventListener("abort", () => resolve("interrupted"), { once: true });
  });
  const ended = session.serverEnded().then(() => "server_ended" as const);
  if (await Promise.race([interrupted, ended]) === "interrupted") {
    output.talk(
      command.watch ? "stopping" : `stopping; what is in work may take ${duration(command.drain)}`,
    );
    await session.stop();
    return EXIT_CODE.ok;
  }
  return failed(context, {
    code: "server_ended",
    message: "the NATS server that Trellis had started has ended",
    hint: `its log is in .trellis/nats.log; its data is kept: run ${
      command.watch ? "dev" : "start"
    } again`,
  });
}

/** Answers probes where that was asked for. */
async function serveProbes(
  { healthPort: port, healthHost: host }: {
    healthPort?: number | undefined;
    healthHost?: string | undefined;
  },
  report: DevReport,
  facts: () => ReadinessFacts,
): Promise<Result<PageServer | undefined, ServerError>> {
  if (port === undefined) return ok(undefined);
  const { serveHealth } = await import("../../health/serve_health.ts");
  const readiness = () => readinessOf(facts());
  const serving = (await serveHealth({ host, port, readiness, routes: [] })).take();
  if (isErr(serving)) return serving;
  report.health(serving.url);
  return ok(serving);
}

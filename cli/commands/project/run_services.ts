import { join } from "node:path";
import { isErr } from "../../../contracts/result.ts";
import { ContractReader } from "../../dev/contract_reader.ts";
import { type CommandContext, failed } from "../../program/command_context.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import { ServicesSession } from "../../services/services_session.ts";
import { contractFacts } from "../../health/contract_facts.ts";
import { serviceMetricsRoute } from "../../figures/prometheus/metrics_route.ts";
import { Project } from "../../workers/project.ts";
import { type ControlOptions, idleOptions } from "./idle_options.ts";
import { type LongRunning, reportFor, serveProbes, stopping } from "./long_running.ts";
import { untilAborted } from "../../program/until_aborted.ts";

/** Runs the services of a project until Ctrl-C, where the control plane is elsewhere. */
export async function runServices(
  command: LongRunning & ControlOptions & {
    /** Where the seeds of the services are; in the project unless given. */
    readonly seeds: string | undefined;
    /** Workers of each service. */
    readonly instances: number;
  },
  context: CommandContext,
): Promise<ExitCode> {
  const { globals, signal } = context;
  const { nats } = globals;
  if (!nats) {
    return failed(context, {
      code: "usage",
      message: "--services-only needs the address of a NATS server",
      hint:
        "name it with --nats or NATS_URL; trellis start without --services-only starts one itself",
    });
  }
  const idle = idleOptions(command);
  if (idle.length > 0) {
    return failed(context, {
      code: "usage",
      message: `with --services-only there is no ${idle.join(", no ")}`,
      hint: "leave that away here, and give it to trellis control",
    });
  }
  const report = reportFor(context, "start");
  const up: { session?: ServicesSession } = {};
  const serving = (await serveProbes(command, report, async () => ({
    stage: signal.aborted ? "stopping" : up.session === undefined ? "starting" : "up",
    connected: undefined,
    contracts: await contractFacts(up.session),
  }), [serviceMetricsRoute(() => up.session)])).take();
  if (isErr(serving)) return failed(context, serving.error);
  await using _health = serving;
  const project = new Project(command.dir ?? globals.project);
  await using contracts = new ContractReader(project, false);
  const started = (await ServicesSession.start({
    project,
    contracts,
    nats,
    waitMs: command.wait,
    seedsDir: command.seeds ?? join(project.stateDir, "seeds"),
    instances: command.instances,
    drainMs: command.drain,
    report,
    signal,
  })).take();
  if (isErr(started)) {
    return signal.aborted ? EXIT_CODE.interrupted : failed(context, started.error);
  }
  await using session = started;
  up.session = session;
  await untilAborted(signal);
  stopping(context, command, false);
  await session.stop();
  return EXIT_CODE.ok;
}

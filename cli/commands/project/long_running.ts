import { isErr, ok, type Result } from "../../../contracts/result.ts";
import type { DevReport } from "../../dev/dev_report.ts";
import { devJson, devLog } from "../../dev/view/dev_events.ts";
import { devView } from "../../dev/view/dev_view.ts";
import type { HealthRoute } from "../../health/health_route.ts";
import { type ReadinessFacts, readinessOf } from "../../health/readiness.ts";
import type { ServerError } from "../../nats_server/probe/server_error.ts";
import type { PageServer } from "../../pages/listen.ts";
import type { CommandContext } from "../../program/command_context.ts";
import { duration } from "../../terminal/duration.ts";

/** What commands have in common that run until they are asked to stop. */
export interface LongRunning {
  /** Undefined: the `--project` option. */
  readonly dir: string | undefined;
  /** Milliseconds to wait for a NATS server that is named and does not answer yet. */
  readonly wait: number | undefined;
  /** Milliseconds that what is in work may take at the end. */
  readonly drain: number;
  /** Where probes are answered; undefined: nowhere. */
  readonly healthPort?: number | undefined;
  /** The address of that port; that of this machine only unless given. */
  readonly healthHost?: string | undefined;
}

/** Tells what happens to whoever reads it: a log, a program, or a person. */
export function reportFor(
  { globals, log, output, terminal }: CommandContext,
  command: string,
): DevReport {
  if (log !== undefined) return devLog(log);
  if (globals.json) return devJson(output);
  return devView(terminal, { command, quiet: globals.quiet });
}

/** Answers probes where that was asked for, and `routes` beside them. */
export async function serveProbes(
  { healthPort: port, healthHost: host }: Pick<LongRunning, "healthPort" | "healthHost">,
  report: DevReport,
  facts: () => Promise<ReadinessFacts>,
  routes: readonly HealthRoute[] = [],
): Promise<Result<PageServer | undefined, ServerError>> {
  if (port === undefined) return ok(undefined);
  const { serveHealth } = await import("../../health/serve_health.ts");
  const readiness = async () => readinessOf(await facts());
  const serving = (await serveHealth({ host, port, readiness, routes })).take();
  if (isErr(serving)) return serving;
  report.health(serving.url);
  return ok(serving);
}

/** Says that it stops, and how long that may take where somebody set it. */
export function stopping(
  { output }: CommandContext,
  { drain }: Pick<LongRunning, "drain">,
  isQuick: boolean,
): void {
  output.talk(isQuick ? "stopping" : `stopping; what is in work may take ${duration(drain)}`);
}

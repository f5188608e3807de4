import type { TransportError } from "../../../contracts/errors/transport_error.ts";
import { isErr } from "../../../contracts/result.ts";
import type { FleetFigures } from "../../figures/fleet_figures.ts";
import { ratesOf } from "../../figures/rates.ts";
import { readFleet } from "../../figures/read_fleet.ts";
import { RpcTotals } from "../../figures/rpc_totals.ts";
import { withoutCredentials } from "../../nats_server/probe/server_url.ts";
import { type CommandContext, failed } from "../../program/command_context.ts";
import type { Connected } from "../../program/connect_command.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import { topJson, topLines, type TopLook, topText } from "../../view/top/top_view.ts";
import { pause } from "../../../runtime/nats/pause.ts";

/** What is asked for on the command line. */
export interface TopValues {
  readonly deployment: string | undefined;
  /** Milliseconds between two looks. */
  readonly interval: number | undefined;
  readonly count: number | undefined;
}

const USUAL_INTERVAL_MS = 2000;
/** Services take a tenth of a second to answer. */
const LEAST_INTERVAL_MS = 200;

/** Shows figures again and again until it is interrupted. */
export async function runTop(
  { deployment: only, interval = USUAL_INTERVAL_MS, count = Infinity }: TopValues,
  { authority, messaging, url: server }: Connected,
  context: CommandContext,
): Promise<ExitCode> {
  const { signal, globals, terminal } = context;
  const { out } = terminal;
  const named = only === undefined ? undefined : (await authority.show(only)).take();
  if (isErr(named)) return failed(context, named.error);
  const isPicture = terminal.picture.available && !globals.json;
  const intervalMs = Math.max(LEAST_INTERVAL_MS, interval);
  const source = { authority, messaging, totals: new RpcTotals(), only };
  const url = withoutCredentials(server);
  let closed: TransportError | undefined;
  const over = new AbortController();
  void messaging.closed().then((error) => {
    closed = error;
    over.abort();
  });
  const ended = AbortSignal.any([signal, over.signal]);
  out.stream.watchReader();
  let before: FleetFigures | undefined;
  for (let shown = 0; shown < count && !ended.aborted;) {
    const begun = performance.now();
    const figures = await readFleet(source);
    if (ended.aborted) break;
    const rates = before && ratesOf(before, figures);
    const look: TopLook = { figures, rates, intervalMs, url };
    if (isPicture) terminal.picture.show(topText(look, out, terminal.picture.rows));
    if (rates !== undefined) {
      shown++;
      if (globals.json) context.output.data(topJson(look), "");
      else if (!isPicture) { for (const line of topLines(look)) out.line(line); }
    }
    before = figures;
    await out.stream.flushed(ended);
    if (shown < count) await pause(intervalMs - (performance.now() - begun), ended);
  }
  if (signal.aborted) return EXIT_CODE.interrupted;
  return over.signal.aborted && closed !== undefined ? failed(context, closed) : EXIT_CODE.ok;
}

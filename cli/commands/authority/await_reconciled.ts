import { isErr } from "../../../contracts/result.ts";
import { progress } from "../../terminal/progress.ts";
import type { Connected } from "../../program/connect_command.ts";
import type { CommandContext } from "../../program/command_context.ts";

/** How long a running Trellis process may take before a person is asked to reconcile with a command. */
const PATIENCE_MS = 3000;
const LOOK_MS = 50;

/** Waits until a Trellis process has reconciled a version; false when none does so in time. */
export async function awaitReconciled(
  deployment: string,
  version: number,
  { authority, messaging }: Connected,
  context: CommandContext,
): Promise<boolean> {
  if (!await isProcessRunning(messaging)) return false;
  using work = progress(
    context.terminal,
    "waiting for Trellis to reconcile",
    context.globals.quiet,
  );
  const end = performance.now() + PATIENCE_MS;
  while (performance.now() < end && !context.signal.aborted) {
    const record = (await authority.show(deployment)).take();
    if (isErr(record)) return false;
    const { materialized } = record;
    if (materialized !== undefined && materialized.version >= version) {
      work.done();
      return materialized.state === "reconciled";
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  return false;
}

async function isProcessRunning(messaging: Connected["messaging"]): Promise<boolean> {
  const answer = await messaging.request("$SRV.PING.trellis_core", "", {
    timeoutMs: 1000,
    requestId: crypto.randomUUID(),
  });
  return answer.isOk();
}

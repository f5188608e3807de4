import { isErr } from "../../contracts/result.ts";
import type { CompleteValue } from "../command_line/candidates.ts";
import { systemClock } from "../terminal/clock.ts";
import { output } from "../terminal/output.ts";
import { createTerminal } from "../terminal/terminal.ts";
import { connectCommand } from "./connected.ts";

/** Nobody waits longer for a Tab. */
const PATIENCE_MS = 1500;

/** Looks up deployments, plans, RPCs and aliases on the server, for completion. */
export function lookUpValues(
  natsUrl: string | undefined,
  localPort: number | undefined,
): CompleteValue {
  return async ({ what, prefix, given, nats, project }) => {
    const silent = { write() {} };
    const terminal = createTerminal({
      stdout: silent,
      stderr: silent,
      isTerminal: { stdout: false, stderr: false },
      columns: () => undefined,
      env: {},
      noColor: true,
      clock: systemClock,
    });
    const globals = {
      json: false,
      nats: nats ?? (natsUrl || undefined),
      project: project ?? ".",
      noColor: true,
      quiet: true,
    };
    const connected = (await connectCommand({
      terminal,
      output: output(terminal, globals),
      globals,
      signal: AbortSignal.timeout(PATIENCE_MS),
      by: "completion",
      canAsk: false,
      localPort,
    })).take();
    if (isErr(connected)) return [];
    await using link = connected;
    const records = (await link.authority.list()).take();
    if (isErr(records)) return [];
    const deployment = given.deployment ?? given.service;
    const record = records.find((known) => known.deployment === deployment);
    const found = {
      deployment: () => records.map((known) => known.deployment),
      plan: () => record?.pending === undefined ? [] : [record.pending.planId],
      rpc: () =>
        records.flatMap(({ desired }) =>
          Object.values(desired?.needs.surfaces ?? {})
            .filter(({ kind }) => kind === "rpc").map(({ name }) => name)
        ),
      alias: () => Object.keys(record?.materialized?.bindings.kv ?? {}),
      key: () => [],
    }[what]();
    return found.filter((value) => value.startsWith(prefix));
  };
}

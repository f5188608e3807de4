import { isErr } from "../../contracts/result.ts";
import type { CompleteValue } from "../completion/candidates.ts";
import { systemClock } from "../terminal/clock.ts";
import { output } from "../program/output.ts";
import { SILENT_STREAM } from "../terminal/output_stream.ts";
import { createTerminal } from "../terminal/terminal.ts";
import { connectCommand, type Connected } from "../program/connect_command.ts";

/** Nobody waits longer for a Tab. */
const PATIENCE_MS = 1500;
/** Nobody looks through more keys than this. */
const MOST_KEYS = 100;

/** Looks up deployments, plans, RPCs and aliases on the server, for completion. */
export function lookUpValues(
  natsUrl: string | undefined,
  localPort: number | undefined,
): CompleteValue {
  return async ({ what, prefix, given, nats, project }) => {
    if (what === "code") {
      const { changeCodes } = await import("../../reconcile/changes/catalogue.ts");
      return changeCodes.filter((code) => code.startsWith(prefix));
    }
    const terminal = createTerminal({
      stdout: SILENT_STREAM,
      stderr: SILENT_STREAM,
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
      storeAlias: () => Object.keys(record?.materialized?.bindings.store ?? {}),
      storeKey: () => storeKeys(given, prefix, link),
    }[what]();
    return (await found).filter((value) => value.startsWith(prefix));
  };
}

async function storeKeys(
  { service = "", alias = "" }: Readonly<Record<string, string>>,
  prefix: string,
  link: Connected,
): Promise<readonly string[]> {
  const { openStoreAlias } = await import("./store/open_store_alias.ts");
  const store = (await openStoreAlias(service, alias, link)).take();
  if (isErr(store)) return [];
  const page = await store.list({ prefix, limit: MOST_KEYS }).take();
  return isErr(page) ? [] : page.entries.map(({ key }) => key);
}

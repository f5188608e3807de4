import type {
  ContractUsage,
  ContractUse,
  UseStanding,
} from "../../reconcile/needs/use_standing.ts";
import type { AuthorityRecord } from "../../reconcile/records/authority_record.ts";
import { adviceText } from "../program/command_text.ts";
import { bytes } from "../terminal/bytes.ts";
import { duration } from "../terminal/duration.ts";
import { printable } from "../terminal/printable.ts";
import { type Column, table } from "../terminal/table.ts";
import type { Screen } from "../terminal/terminal.ts";

/** What a deployment uses of others, and who uses it. */
export interface RecordSurroundings {
  readonly uses: readonly UseStanding[];
  readonly usedBy: readonly ContractUsage[];
}

/** The authority of a deployment for a person: what it has, what it waits for, what is wrong. */
export function recordText(
  record: AuthorityRecord,
  { uses, usedBy }: RecordSurroundings,
  screen: Screen,
): string {
  const { style } = screen;
  const { desired, materialized, pending } = record;
  const state = materialized?.state ?? (desired === undefined ? "nothing accepted" : "pending");
  const lines = [
    `${style.bold(record.deployment)}  ${
      state === "reconciled" ? style.green(state) : style.yellow(state)
    }`,
    `${record.mode} authority, set by ${printable(record.modeBy)}`,
  ];
  if (desired !== undefined) {
    lines.push(`version ${desired.version}  ${desired.needs.contract}  ${desired.needs.digest}`);
  }
  if (desired?.rollbackTo !== undefined) {
    lines.push(`gone back to version ${desired.rollbackTo}; the next change waits for a person`);
  }
  if (pending !== undefined) {
    const { planId, requested } = pending;
    const whose = requested === undefined ? "" : `, asked for by ${printable(requested.by)}`;
    lines.push(style.yellow(`plan ${planId} waits for a decision${whose}`));
  }
  const { kv = {}, store = {} } = desired?.needs.resources ?? {};
  const { bindings } = materialized ?? {};
  lines.push(
    ...needsTable(kv, screen, [
      { heading: "kv", cell: ([alias]) => alias },
      { heading: "bucket", cell: ([alias]) => bindings?.kv[alias]?.bucket ?? "-" },
      { heading: "history", cell: ([, need]) => String(need.history), align: "right" },
    ]),
    ...needsTable(store, screen, [
      { heading: "store", cell: ([alias]) => alias },
      { heading: "name", cell: ([alias]) => bindings?.store[alias]?.name ?? "-" },
      { heading: "total", cell: ([, need]) => limit(need.maxTotalBytes), align: "right" },
      { heading: "object", cell: ([, need]) => limit(need.maxObjectBytes), align: "right" },
    ]),
  );
  lines.push(
    ...below(uses, screen, [
      { heading: "uses", cell: ({ contract }) => contract },
      { heading: "needed", cell: needCell },
      { heading: "what", cell: ({ selected }) => selected.join(", ") },
      { heading: "not accepted", cell: ({ missing }) => missing.join(", ") || "-" },
    ]),
    ...below(usedBy, screen, [
      { heading: "used by", cell: ({ deployment }) => deployment },
      { heading: "needed", cell: needCell },
      { heading: "what", cell: ({ selected }) => selected.join(", ") },
    ]),
  );
  if (record.retired.length > 0) lines.push("");
  for (const { kind, alias, name, at, deletedBy } of record.retired) {
    const fate = deletedBy === undefined ? "its data is kept" : "its data is being deleted";
    lines.push(
      style.dim(`retired  ${kind}/${alias}  ${name}`),
      style.dim(`  since ${at}; ${fate}`),
    );
  }
  for (const { resource, message, ...advice } of materialized?.problems ?? []) {
    lines.push(
      `${style.red(resource)}  ${printable(message)}`,
      `  ${printable(adviceText(advice) ?? "")}`,
    );
  }
  return lines.join("\n");
}

/** The resources of one kind with what every kind has, below an empty line; nothing without any. */
function needsTable<Need extends { readonly ttlMs: number; readonly purpose: string }>(
  needs: Readonly<Record<string, Need>>,
  screen: Screen,
  columns: readonly Column<[string, Need]>[],
): readonly string[] {
  const every: readonly Column<[string, Need]>[] = [
    ...columns,
    { heading: "ttl", cell: ([, { ttlMs }]) => ttlMs === 0 ? "-" : duration(ttlMs) },
    { heading: "purpose", cell: ([, { purpose }]) => purpose },
  ];
  return below(Object.entries(needs), screen, every);
}

/** A table below an empty line; nothing without rows. */
function below<Row>(
  rows: readonly Row[],
  { columns: width, style }: Screen,
  columns: readonly Column<Row>[],
): readonly string[] {
  const text = table(rows, columns, width, style);
  return text === "" ? [] : ["", text];
}

function needCell({ required }: ContractUse): string {
  return required ? "required" : "optional";
}

function limit(count: number): string {
  return count === 0 ? "-" : bytes(count);
}

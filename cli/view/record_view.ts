import type { AuthorityRecord } from "../../reconcile/records/authority_record.ts";
import { callable } from "../program/command_name.ts";
import { bytes as sizeText } from "../terminal/bytes.ts";
import { printable } from "../terminal/printable.ts";
import { table } from "../terminal/table.ts";
import type { Screen } from "../terminal/terminal.ts";

/** The authority of a deployment for a person: what it has, what it waits for, what is wrong. */
export function recordText(record: AuthorityRecord, screen: Screen): string {
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
  const kv = Object.entries(desired?.needs.resources.kv ?? {});
  if (kv.length > 0) {
    lines.push(
      "",
      table(
        kv,
        [
          { heading: "kv", cell: ([alias]) => alias },
          { heading: "bucket", cell: ([alias]) => materialized?.bindings.kv[alias]?.bucket ?? "-" },
          { heading: "history", cell: ([, need]) => String(need.history), align: "right" },
          { heading: "ttl", cell: ([, need]) => need.ttlMs === 0 ? "-" : `${need.ttlMs} ms` },
          { heading: "purpose", cell: ([, need]) => need.purpose },
        ],
        screen.columns,
        style,
      ),
    );
  }
  const stores = Object.entries(desired?.needs.resources.store ?? {});
  if (stores.length > 0) {
    const limit = (bytes: number) => bytes === 0 ? "-" : sizeText(bytes);
    lines.push(
      "",
      table(
        stores,
        [
          { heading: "store", cell: ([alias]) => alias },
          { heading: "name", cell: ([alias]) => materialized?.bindings.store[alias]?.name ?? "-" },
          { heading: "total", cell: ([, need]) => limit(need.maxTotalBytes), align: "right" },
          { heading: "object", cell: ([, need]) => limit(need.maxObjectBytes), align: "right" },
          { heading: "ttl", cell: ([, need]) => need.ttlMs === 0 ? "-" : `${need.ttlMs} ms` },
          { heading: "purpose", cell: ([, need]) => need.purpose },
        ],
        screen.columns,
        style,
      ),
    );
  }
  if (record.retired.length > 0) lines.push("");
  for (const { kind, alias, name, at, deletedBy } of record.retired) {
    const fate = deletedBy === undefined ? "its data is kept" : "its data is being deleted";
    lines.push(
      style.dim(`retired  ${kind}/${alias}  ${name}`),
      style.dim(`  since ${at}; ${fate}`),
    );
  }
  for (const { resource, message, hint } of materialized?.problems ?? []) {
    lines.push(`${style.red(resource)}  ${printable(message)}`, `  ${printable(callable(hint))}`);
  }
  return lines.join("\n");
}

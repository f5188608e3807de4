/**
 * Measures Trellis beside the bare client library and other frameworks: `deno task bench`.
 *
 * `--quick` takes fewer rounds, `--only <name>` measures one thing (it may be repeated), `--json` prints the
 * rows as JSON.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { styleFor } from "../cli/terminal/style.ts";
import type { Measurement } from "./measure/measurement.ts";
import { reportText } from "./measure/report.ts";
import type { Row } from "./measure/row.ts";
import { removePooledServers } from "../tests/support/servers/server_pool.ts";

/** Loaded when it is its turn, because importing is a part of what some of them measure. */
const MEASUREMENTS: Readonly<Record<string, () => Promise<Measurement>>> = {
  rpc: async () => (await import("./rpc.ts")).rpc,
  tracing: async () => (await import("./tracing.ts")).tracing,
  replicas: async () => (await import("./replicas.ts")).replicas,
  instances: async () => (await import("./instances.ts")).instances,
  kv: async () => (await import("./kv.ts")).kv,
  transact: async () => (await import("./transact.ts")).transact,
  list: async () => (await import("./list.ts")).list,
  state: async () => (await import("./state.ts")).state,
  groups: async () => (await import("./groups.ts")).groups,
  jobs: async () => (await import("./jobs.ts")).jobs,
  operations: async () => (await import("./operations.ts")).operations,
  feeds: async () => (await import("./feeds.ts")).feeds,
  projections: async () => (await import("./projections.ts")).projections,
  store: async () => (await import("./store.ts")).store,
  files: async () => (await import("./files.ts")).files,
  validation: async () => (await import("./validation.ts")).validation,
  discovery: async () => (await import("./discovery.ts")).discovery,
  start: async () => (await import("./start.ts")).start,
  reload: async () => (await import("./reload.ts")).reload,
  sessions: async () => (await import("./sessions.ts")).sessions,
  clients: async () => (await import("./clients.ts")).clients,
  control: async () => (await import("./control.ts")).control,
  consoleLive: async () => (await import("./console_live.ts")).consoleLive,
  pageCall: async () => (await import("./page_call.ts")).pageCall,
  pageSize: async () => (await import("./page_size.ts")).pageSize,
  console: async () => (await import("./console.ts")).consolePages,
  types: async () => (await import("./types.ts")).types,
};

const { values: options } = parseArgs({
  args: Deno.args,
  options: {
    quick: { type: "boolean", default: false },
    only: { type: "string", multiple: true },
    json: { type: "boolean", default: false },
  },
});
const names = options.only ?? Object.keys(MEASUREMENTS);
const unknown = names.find((name) => !(name in MEASUREMENTS));
if (unknown !== undefined) {
  console.error(`no measurement is named ${unknown}; there are ${Object.keys(MEASUREMENTS)}`);
  Deno.exit(2);
}

const isTerminal = Deno.stderr.isTerminal();
const rows: Row[] = [];
const notes: string[] = [];
const note = (text: string) => void notes.push(text);
for (const name of names) {
  const say = (text: string) => {
    if (isTerminal) Deno.stderr.writeSync(new TextEncoder().encode(`\r\x1b[K${name}: ${text}`));
  };
  say("");
  const measurement = await MEASUREMENTS[name]?.();
  rows.push(...await measurement?.({ quick: options.quick, say, note }) ?? []);
}
await removePooledServers();
if (isTerminal) console.error("\r\x1b[K");
console.log(
  options.json
    ? JSON.stringify({ rows, notes }, null, 2)
    : [reportText(rows, Infinity, styleFor(Deno.stdout.isTerminal())), ...notes].join("\n"),
);

import { type Advice, adviceText, commandText } from "../../program/command_text.ts";
import type { ContractManifest } from "../../../contracts/manifest/manifest.ts";
import { type ContractStatus, type DevReport, isTroubled } from "../dev_report.ts";
import { devEventText } from "../../words/dev_event_text.ts";
import { reconcileEventText } from "../../words/reconcile_event_text.ts";
import { asksForKeys } from "../../nats_server/security/asks_for_keys.ts";
import type { FoundServer } from "../../nats_server/find_or_start.ts";
import { securityAdvice } from "../../../runtime/nats/server_version.ts";
import { duration } from "../../terminal/duration.ts";
import { printable } from "../../terminal/printable.ts";
import { type Progress, progress } from "../../terminal/progress.ts";
import { table } from "../../terminal/table.ts";
import type { Terminal } from "../../terminal/terminal.ts";
import { wrapBehind } from "../../terminal/wrap.ts";
import { VERSION } from "../../program/version.ts";
import { problemsText } from "../../view/problem_view.ts";
import { sampleCall } from "../../view/sample_call.ts";
import { typeProblemsText } from "../../view/type_problems_view.ts";
import { withoutCredentials } from "../../nats_server/probe/server_url.ts";

/** Where text begins behind a time and a mark. */
const BEHIND_MARK = 11;
/** Where text begins behind a label of the heading. */
const BEHIND_LABEL = 8;

/** How the view behaves. */
export interface DevViewOptions {
  /** `dev` or `start`, for the heading. */
  readonly command: string;
  readonly quiet: boolean;
}

/** Shows a dev session to a person, on stderr: a table when it is up, one quiet line per change. */
export function devView(terminal: Terminal, options: DevViewOptions): DevReport {
  const { err } = terminal;
  const { style } = err;
  let work: Progress | undefined;
  let server: FoundServer | undefined;
  let portal: string | undefined;
  let console: string | undefined;
  let health: string | undefined;
  let isUp = false;
  let hadProblems = false;
  let typeProblems = "";
  const waiting: ContractStatus[] = [];
  /** The last failure of each deployment that fails. */
  const failures = new Map<string, string>();
  const line = (text: string) => {
    if (!options.quiet) err.line(text);
  };
  const settle = () => {
    work?.[Symbol.dispose]();
    work = undefined;
  };
  const stamp = () => style.dim(new Date().toTimeString().slice(0, 8));
  const folded = (text: string, indent = BEHIND_MARK) => wrapBehind(text, err.columns, indent);
  const event = (mark: string, text: string) => line(`${stamp()} ${mark} ${text}`);
  // What a person has to repair or decide is shown with --quiet too.
  const alarm = (mark: string, text: string) => err.line(`${stamp()} ${mark} ${text}`);

  function working(label: string): void {
    if (work === undefined) work = progress(terminal, label, options.quiet || !err.isTerminal);
    else work.update(label);
  }

  function tableOf(status: readonly ContractStatus[]): string {
    return table(
      status,
      [
        { heading: "contract", cell: ({ contract }) => contract.id },
        {
          heading: "authority",
          cell: authorityCell,
          paint: (row) =>
            row.pending === undefined && row.refusal === undefined ? style.green : style.yellow,
        },
        { heading: "resources", cell: (entry) => resourcesText(entry) || "none" },
        { heading: "handlers", cell: handlersCell },
      ],
      err.columns,
      style,
    );
  }

  function pendingText({ deployment, pending, running }: ContractStatus): string {
    if (pending === undefined) return "";
    const dangerous = pending.changes.filter(({ severity }) => severity === "dangerous");
    const what = dangerous.length > 0
      ? `${dangerous.length} dangerous change${dangerous.length === 1 ? "" : "s"}: ` +
        [...new Set(dangerous.map(({ code }) => code))].join(", ")
      : `${pending.changes.length} change${pending.changes.length === 1 ? "" : "s"} to review`;
    const goesOn = running
      ? `\n         ${
        style.dim(
          folded("the accepted version keeps running; your changes go live with the decision", 9),
        )
      }`
      : "";
    return folded(`${style.yellow(deployment)} waits for a decision: ${what}`, 9) +
      `\n         ${
        commandText(["svc", deployment, "authority", "plan", "show", pending.id])
      }${goesOn}`;
  }

  /** Plans that arrive together are reported together, so that many do not fill the screen. */
  function pending(status: ContractStatus): void {
    if (waiting.push(status) === 1) queueMicrotask(tellPending);
  }

  function tellPending(): void {
    const all = waiting.splice(0);
    const shown = all.length > MOST_PENDING ? MOST_PENDING - 1 : all.length;
    for (const status of all.slice(0, shown)) alarm(style.yellow("!"), pendingText(status));
    if (shown === all.length) return;
    alarm(style.yellow("!"), `${all.length - shown} more wait for a decision`);
    err.line(`         ${commandText(["status"])}`);
  }

  function trouble({ deployment, refusal, lacks, problems }: ContractStatus): void {
    const found = refusal !== undefined ? [refusal] : lacks !== undefined ? [lacks] : problems;
    for (const { message, ...advice } of found) {
      alarm(style.red("✗"), folded(`${style.bold(deployment)}  ${printable(message)}`));
      advise(advice);
    }
  }

  function advise(advice: Advice): void {
    const text = adviceText(advice);
    if (text === undefined) return;
    // A command is copied, so it is not broken.
    err.line(
      `           ${advice.command === undefined ? folded(printable(text)) : printable(text)}`,
    );
  }

  return {
    working,
    server(found) {
      server = found;
    },
    portal(url) {
      portal = url;
    },
    console(url) {
      console = url;
    },
    health(url) {
      health = url;
    },
    firstAdmin(url) {
      line(`Nobody can log in yet. Become the first admin, within a day:\n  ${style.cyan(url)}`);
    },
    problems(problems) {
      if (problems.length > 0) {
        settle();
        const text = problemsText(problems, err);
        if (isUp) alarm(style.red("✗"), text);
        else err.line(`${style.red("✗")} ${text}`);
      } else if (hadProblems) event(style.green("✓"), "contracts are valid again");
      hadProblems = problems.length > 0;
    },
    checkingTypes() {
      if (isUp) working("checking types");
    },
    checkedTypes() {
      if (isUp) settle();
    },
    typeProblems(problems) {
      const text = typeProblemsText(problems, err);
      if (problems.length === 0) {
        if (typeProblems !== "") event(style.green("✓"), "types are valid again");
      } else if (text === typeProblems) {
        event(style.red("✗"), "the same type errors as before");
      } else {
        alarm(style.red("✗"), "type errors; the code from before keeps running");
        err.line(text);
      }
      typeProblems = text;
    },
    ready(status, milliseconds) {
      settle();
      isUp = true;
      line(
        `${style.bold(`trellis ${options.command}`)} ${VERSION}  ready in ${
          duration(milliseconds)
        }`,
      );
      line("");
      if (server !== undefined) {
        for (const text of serverLines(server)) line(text);
        line(`${style.dim("access  ")}${folded(accessText(server), BEHIND_LABEL)}`);
        if (portal !== undefined) line(`${style.dim("log in  ")}${style.cyan(portal)}`);
        if (console !== undefined) line(`${style.dim("console ")}${style.cyan(console)}`);
        if (health !== undefined) line(`${style.dim("health  ")}${style.cyan(`${health}/readyz`)}`);
      }
      line("");
      if (status.length > 0) line(tableOf(status));
      const call = status.filter(({ running }) => running)
        .map(({ contract }) => sampleCall(contract.manifest)).find((words) => words !== undefined);
      if (call !== undefined) {
        line("");
        line(`${style.dim("try     ")}${commandText(call)}`);
      }
      line("");
      for (const entry of status) {
        if (entry.pending !== undefined) pending(entry);
        else if (isTroubled(entry)) trouble(entry);
      }
    },
    reloaded(deployments, files, milliseconds) {
      for (const deployment of deployments) failures.delete(deployment);
      const names = files.length > 3 ? `${files.length} files` : files.join(", ");
      const what = files.length === 0 ? "presented again" : names;
      event(
        style.green("✓"),
        `${deployments.join(", ")} live ${
          style.dim(`${printable(what)}  ${duration(milliseconds)}`)
        }`,
      );
    },
    removed(deployment) {
      event(style.yellow("-"), folded(devEventText.removed(deployment)));
    },
    pending,
    scanning(done, total) {
      if (total > 0) working(devEventText.scanning(done, total));
    },
    scanned() {
      // Before that, what is done next goes on in the same line.
      if (isUp) settle();
    },
    reconcile(happened) {
      const text = printable(reconcileEventText(happened));
      const { deployment, kind } = happened;
      // A reconciliation that was asked for is reported with its result.
      if (kind === "acting") return isUp ? undefined : working(text);
      if (kind === "materialized" || (kind === "lease" && happened.mine)) return;
      settle();
      if (kind === "recovered") return event(style.green("✓"), folded(text));
      if (kind === "lease" || kind === "kept") return event(style.dim("-"), folded(text));
      if (kind === "repaired") return alarm(style.yellow("!"), folded(text));
      if (happened.awaited) return;
      alarm(style.red("✗"), folded(`${style.bold(deployment)}  ${text}`));
      for (const advice of kind === "failed" ? [happened] : happened.problems) advise(advice);
    },
    reconciled(status) {
      if (status.problems.length > 0) return trouble(status);
      const resources = resourcesText(status);
      event(
        style.green("✓"),
        `${status.deployment} reconciled at version ${status.version}${
          resources === "" ? "" : ` ${style.dim(resources)}`
        }`,
      );
    },
    complete(deployments) {
      event(style.green("✓"), folded(devEventText.complete(deployments)));
    },
    trouble,
    failed(deployment, failure, oldCodeRuns, retryMs) {
      settle();
      const next = retryMs === undefined ? undefined : `next attempt in ${duration(retryMs)}`;
      const isKnown = failures.get(deployment) === failure.message;
      failures.set(deployment, failure.message);
      if (isKnown && next !== undefined) {
        return event(style.red("✗"), `${deployment} fails as before; ${next}`);
      }
      alarm(
        style.red("✗"),
        `${style.bold(deployment)}  ${printable(failure.message, { lines: true })}`,
      );
      advise(failure);
      if (oldCodeRuns) {
        const later = failure.retryable === true ? "; the next attempt comes by itself" : "";
        err.line(style.dim(`           the code from before keeps running${later}`));
      }
      if (next !== undefined) err.line(style.dim(`           ${next}`));
    },
    restarted(deployment) {
      failures.delete(deployment);
      event(style.green("✓"), devEventText.restarted(deployment));
    },
    disconnected(server) {
      alarm(style.red("✗"), folded(devEventText.disconnected(server)));
    },
    reconnected(server) {
      event(style.green("✓"), devEventText.reconnected(server));
    },
    note(text) {
      event(style.yellow("!"), folded(printable(text, { lines: true })));
    },
  };

  function accessText(server: FoundServer): string {
    return asksForKeys(server)
      ? "secured: each service has a key of its own; .trellis/keys makes you an admin"
      : "open: every client of this server may do everything";
  }

  function serverLines(found: FoundServer): string[] {
    const whose = {
      given: "as you named it",
      running: "was running",
      started: "started by Trellis, data in .trellis/nats",
      reused: "shared with another Trellis process",
    }[found.source];
    const url = withoutCredentials(found.url);
    const lines = [`${style.dim("nats    ")}${found.version}  ${style.cyan(url)}  ${whose}`];
    // The server that dev starts for itself is for this machine only.
    const isOwn = found.source !== "given" && found.source !== "running" &&
      options.command === "dev";
    const advice = isOwn ? undefined : securityAdvice(found.version);
    for (const note of [...found.notes, ...(advice === undefined ? [] : [advice])]) {
      lines.push(`        ${style.yellow(folded(printable(note), BEHIND_LABEL))}`);
    }
    return lines;
  }
}

/** Plans that are reported one by one, at most. */
const MOST_PENDING = 10;

function authorityCell({ version, pending, refusal }: ContractStatus): string {
  if (refusal !== undefined) return "refused";
  if (version === undefined) return "decided elsewhere";
  if (pending === undefined) return `accepted, v${version}`;
  return version === 0 ? "to be decided" : `v${version}, change to be decided`;
}

function resourcesText({ contract, buckets, stores, problems }: ContractStatus): string {
  const bound = [
    ...Object.keys(contract.manifest.state ?? {}).map((name) => `state ${name}`),
    ...Object.keys(buckets).map((alias) => `kv ${alias}`),
    ...Object.keys(stores).map((alias) => `store ${alias}`),
  ];
  const missing = problems.map(({ resource }) => `${resource.replace("/", " ")} missing`);
  return [...bound, ...missing].join(", ");
}

function handlersCell({ contract, module, running, instances }: ContractStatus): string {
  if (contract.kind !== "service") return contract.kind;
  const served = servedText(contract.manifest);
  if (module === undefined) return `${served}, no handlers`;
  if (!running) return `${served}, not running`;
  return instances > 1 ? `${served}, ${module} in ${instances} instances` : `${served}, ${module}`;
}

/** What a service has handlers for, in few words: `2 RPCs, 1 operation`. */
function servedText(
  { rpc, operations, feeds, jobs, eventConsumers, resources }: ContractManifest,
): string {
  const projections = Object.values(resources?.kv ?? {})
    .filter(({ projection }) => projection !== undefined);
  const counts = [
    [rpc, "RPC"],
    [operations, "operation"],
    [feeds, "feed"],
    [jobs, "queue"],
    [eventConsumers, "group"],
    [projections, "projection"],
  ] as const;
  const texts = counts.map(([declared = {}, what]) => [Object.keys(declared).length, what] as const)
    .filter(([count]) => count > 0)
    .map(([count, what]) => `${count} ${what}${count === 1 ? "" : "s"}`);
  return texts.join(", ") || "0 RPCs";
}

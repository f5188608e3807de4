import type { FleetFigures } from "../../figures/fleet_figures.ts";
import type { RpcRate } from "../../figures/rates.ts";
import { truncate } from "../../terminal/display_width.ts";
import { duration } from "../../terminal/duration.ts";
import { type Column, table } from "../../terminal/table.ts";
import type { Screen } from "../../terminal/terminal.ts";
import { queuesJson, queuesText } from "../jobs/queues_view.ts";
import { workJson, workText } from "../work_view.ts";

/** What is shown at once. */
export interface TopLook {
  readonly figures: FleetFigures;
  /** Undefined before there have been two looks. */
  readonly rates: readonly RpcRate[] | undefined;
  /** Milliseconds between two looks. */
  readonly intervalMs: number;
  /** The server, without credentials. */
  readonly url: string;
}

/** The least RPCs that are shown, however much else there is. */
const LEAST_RPCS = 5;

/** All of it for a screen of so many lines: the busiest RPCs, then queues and consumers. */
export function topText(look: TopLook, screen: Screen, rows: number): string {
  const { figures, rates } = look;
  const below = [
    queuesText(figures.queues, screen, figures.at),
    workText(figures.work, screen, figures.at),
    figures.problems.map((problem) => screen.style.red(`not read: ${problem}`)).join("\n"),
  ].filter((part) => part !== "");
  const taken = below.reduce((sum, part) => sum + part.split("\n").length + 1, 0);
  // The heading with an empty line, the columns of RPCs, a word about those left out, and the cursor.
  const room = Math.max(LEAST_RPCS, rows - taken - 5);
  return [headingText(look, screen), rpcsText(rates, room, screen), ...below].join("\n\n");
}

function headingText({ figures, intervalMs, url }: TopLook, { columns, style }: Screen): string {
  const { deployments, at } = figures;
  const running = deployments.reduce((sum, deployment) => sum + deployment.running, 0);
  const waiting = deployments.filter(({ hasPlan }) => hasPlan).length;
  const parts = [
    new Date(at).toISOString().slice(11, 19),
    url,
    counted(deployments.length, "deployment"),
    `${counted(running, "instance")} running`,
    ...(waiting > 0 ? [`${counted(waiting, "plan")} pending`] : []),
    `every ${duration(intervalMs)}`,
  ];
  return style.bold(truncate(parts.join("  "), columns));
}

function rpcsText(
  rates: readonly RpcRate[] | undefined,
  room: number,
  { columns, style }: Screen,
): string {
  if (rates === undefined) return style.dim("looking for the first time");
  if (rates.length === 0) return style.dim("no service answers that counts its requests");
  const shown = rates.slice(0, room);
  const text = table(shown, rpcColumns(style), columns, style);
  const left = rates.length - shown.length;
  return left === 0 ? text : `${text}\n${style.dim(`and ${left} with fewer requests`)}`;
}

function rpcColumns(style: Screen["style"]): readonly Column<RpcRate>[] {
  const dimmed = (of: (rate: RpcRate) => number) => (rate: RpcRate) =>
    of(rate) === 0 ? style.dim : (text: string) => text;
  return [
    { heading: "rpc", cell: ({ deployment, rpc }) => `${deployment} ${rpc}` },
    {
      heading: "requests/s",
      cell: ({ perSecond }) => rateText(perSecond),
      paint: dimmed(({ perSecond }) => perSecond),
      align: "right",
    },
    {
      heading: "errors/s",
      cell: ({ errorsPerSecond }) => rateText(errorsPerSecond),
      paint: ({ errorsPerSecond }) => errorsPerSecond > 0 ? style.red : style.dim,
      align: "right",
    },
    { heading: "p50", cell: ({ p50Ms }) => latencyText(p50Ms), align: "right" },
    { heading: "p99", cell: ({ p99Ms }) => latencyText(p99Ms), align: "right" },
  ];
}

/** The same as lines that go on, for where nothing is rewritten: what has done something, or has something waiting. */
export function topLines({ figures, rates = [] }: TopLook): readonly string[] {
  const time = new Date(figures.at).toISOString();
  const rpcs = rates.filter(({ perSecond }) => perSecond > 0).map((rate) =>
    `rpc ${rate.deployment} ${rate.rpc} ${rateText(rate.perSecond)}/s, ` +
    `errors ${rateText(rate.errorsPerSecond)}/s, ` +
    `p50 ${latencyText(rate.p50Ms)}, p99 ${latencyText(rate.p99Ms)}`
  );
  const queues = figures.queues.flatMap(({ deployment, name, work, dead }) => {
    const { waiting = 0, scheduled = 0, inWork = 0 } = work ?? {};
    return waiting + scheduled + inWork + dead === 0 ? [] : [
      `queue ${deployment} ${name} ${waiting} waiting, ${inWork} in work, ` +
      `${scheduled} scheduled, ${dead} dead`,
    ];
  });
  const consumers = figures.work.flatMap(({ deployment, kind, group, work, dead }) => {
    const { pending = 0, inWork = 0, waiting = 0 } = work ?? {};
    return pending + inWork + waiting + dead === 0 ? [] : [
      `${kind} ${deployment} ${group} ${pending} pending, ${inWork} in work, ` +
      `${waiting} waiting, ${dead} dead`,
    ];
  });
  const problems = figures.problems.map((problem) => `not read: ${problem}`);
  return [...rpcs, ...queues, ...consumers, ...problems].map((line) => `${time} ${line}`);
}

/** The same for a program. */
export function topJson({ figures, rates = [], intervalMs }: TopLook): object {
  const { at, deployments, queues, work, problems } = figures;
  const of = <T extends { readonly deployment: string }>(all: readonly T[], name: string) =>
    all.filter(({ deployment }) => deployment === name);
  return {
    at: new Date(at).toISOString(),
    intervalMs,
    deployments: deployments.map(({ deployment, state, running, hasPlan }) => ({
      deployment,
      state,
      running,
      planPending: hasPlan,
      rpcs: of(rates, deployment).map(({ rpc, perSecond, errorsPerSecond, p50Ms, p99Ms }) => ({
        rpc,
        perSecond: rounded(perSecond),
        errorsPerSecond: rounded(errorsPerSecond),
        p50Ms: p50Ms === undefined ? null : rounded(p50Ms),
        p99Ms: p99Ms === undefined ? null : rounded(p99Ms),
      })),
      queues: queuesJson(of(queues, deployment)),
      groups: workJson(of(work, deployment)),
    })),
    problems,
  };
}

function rounded(figure: number): number {
  return Math.round(figure * 1000) / 1000;
}

function rateText(perSecond: number): string {
  if (perSecond === 0) return "0";
  return perSecond < 10 ? perSecond.toFixed(1) : Math.round(perSecond).toLocaleString("en-US");
}

function latencyText(ms: number | undefined): string {
  return ms === undefined ? "-" : duration(ms);
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

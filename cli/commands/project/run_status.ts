import { isErr } from "../../../contracts/result.ts";
import type { AuthorityRecord } from "../../../reconcile/records/authority_record.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import { type RunningInstance, runningInstances } from "../../deployments/running_instances.ts";
import { deploymentFigures } from "../../figures/deployment_figures.ts";
import { readQueueFigures } from "../../jobs/queue_figures.ts";
import { readWorkFigures } from "../../letters/work_figures.ts";
import { readTransferFigures } from "../../files/transfer_figures.ts";
import { transferJson, transfersText } from "../../files/transfers_view.ts";
import { queuesJson, queuesText } from "../../view/jobs/queues_view.ts";
import { workJson, workText } from "../../view/work_view.ts";
import { keptJson, keptText, keptTroubles } from "../../view/streams/kept_view.ts";
import { countLetters } from "../../letters/open_letters.ts";
import { table } from "../../terminal/table.ts";
import type { Connected } from "../../program/connect_command.ts";
import { type CommandContext, type ExplainedError, failed } from "../../program/command_context.ts";
import { withoutCredentials } from "../../nats_server/probe/server_url.ts";

/** Shows every deployment: what is accepted, what waits, what runs. */
export async function runStatus(link: Connected, context: CommandContext): Promise<ExitCode> {
  const kept = (await link.authority.kept()).take();
  if (isErr(kept)) return failed(context, kept.error);
  const troubles = keptTroubles(kept);
  const stopped = (error: ExplainedError) => {
    for (const trouble of troubles) context.output.problem(trouble);
    return failed(context, error);
  };
  const overview = (await link.authority.overview()).take();
  if (isErr(overview)) return stopped(overview.error);
  const { records, problems } = overview;
  const instances = await runningInstances(link.messaging);
  const dead = (await countLetters(records, link.messaging)).take();
  if (isErr(dead)) return stopped(dead.error);
  const groups = (await readWorkFigures(records, link.messaging, instances)).take();
  if (isErr(groups)) return stopped(groups.error);
  const queues = (await readQueueFigures(records, link.messaging, instances)).take();
  if (isErr(queues)) return stopped(queues.error);
  const transfers = await readTransferFigures(records, link.messaging);
  const rows = records.map((record) => {
    const { deployment } = record;
    const isOwn = (work: { readonly deployment: string }) => work.deployment === deployment;
    return {
      ...summary(record, instances, dead.get(deployment) ?? 0),
      groups: workJson(groups.filter(isOwn)),
      queues: queuesJson(queues.filter(isOwn)),
      files: transferJson(transfers.find(isOwn)),
    };
  });
  const { out } = context.terminal;
  context.output.data(
    {
      nats: withoutCredentials(link.url),
      streams: keptJson(kept),
      deployments: rows,
    },
    () => {
      const deployments = table(
        rows,
        [
          { heading: "deployment", cell: ({ deployment }) => deployment },
          {
            heading: "contract",
            cell: ({ contract }) => contract ?? "-",
          },
          { heading: "version", cell: ({ version }) => String(version), align: "right" },
          {
            heading: "state",
            cell: ({ state }) => state,
            paint: ({ state }) => state === "reconciled" ? out.style.green : out.style.yellow,
          },
          { heading: "running", cell: ({ running }) => String(running), align: "right" },
          ...(rows.some(({ deadLetters }) => deadLetters > 0)
            ? [{
              heading: "dead letters",
              cell: ({ deadLetters }: Summary) => String(deadLetters),
              paint: ({ deadLetters }: Summary) => deadLetters > 0 ? out.style.red : out.style.dim,
              align: "right" as const,
            }]
            : []),
          { heading: "waits for", cell: ({ pendingPlan }) => pendingPlan ?? "", whole: true },
        ],
        out.columns,
        out.style,
      );
      const now = Date.now();
      return [
        deployments,
        workText(groups, out, now),
        queuesText(queues, out, now),
        transfersText(transfers, out, now),
        keptText(kept),
      ].filter((part) => part !== "").join("\n\n");
    },
  );
  for (const { error } of problems) context.output.problem(error);
  for (const trouble of troubles) context.output.problem(trouble);
  if (rows.length === 0 && problems.length === 0) {
    context.output.talk("no contract was presented to this server yet");
  }
  const isWell = problems.length + troubles.length === 0 &&
    rows.every(({ state }) => state !== "pending");
  return isWell ? EXIT_CODE.ok : EXIT_CODE.failure;
}

type Summary = ReturnType<typeof summary>;

function summary(
  record: AuthorityRecord,
  instances: readonly RunningInstance[],
  deadLetters: number,
) {
  const { desired, pending } = record;
  const { deployment, state, running } = deploymentFigures(record, instances);
  return {
    deployment,
    contract: desired?.needs.contract ?? null,
    version: desired?.version ?? 0,
    state,
    running,
    deadLetters,
    pendingPlan: pending?.planId ?? null,
  };
}

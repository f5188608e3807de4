import { isErr } from "../../../contracts/result.ts";
import { type CommandContext, failed } from "../../program/command_context.ts";
import type { Connected } from "../../program/connect_command.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import { pause } from "../../../runtime/nats/pause.ts";
import { progress } from "../../terminal/progress.ts";

/** Milliseconds until a person is told that nobody seems to fill the bucket. */
const PATIENCE_MS = 60_000;
const LOOK_MS = 250;

/** Has a projection made again, and waits until it is read. */
export async function rebuildOne(
  { service, alias, noWait }: {
    readonly service: string;
    readonly alias: string;
    readonly noWait: boolean;
  },
  { authority }: Connected,
  context: CommandContext,
): Promise<ExitCode> {
  const { output, terminal, globals, signal } = context;
  const wanted = (await authority.rebuildProjection(service, alias)).take();
  if (isErr(wanted)) return failed(context, wanted.error);
  const begun = performance.now();
  using work = progress(terminal, `making ${alias} of ${service} again`, globals.quiet);
  for (;;) {
    const outcome = (await authority.reconcile(service)).take();
    if (isErr(outcome)) return failed(context, outcome.error);
    const bound = outcome.materialized?.bindings.projections?.[alias];
    const { generation = 0, bucket = "" } = bound ?? {};
    const isDone = generation >= wanted;
    if (isDone || noWait) {
      work.done();
      const next = isDone ? undefined : bound?.next?.bucket;
      output.data(
        { deployment: service, alias, bucket, generation, next: next ?? null },
        () =>
          next === undefined
            ? `${alias} of ${service} is read from ${bucket} now`
            : `${alias} of ${service} is being made again in ${next}`,
      );
      return EXIT_CODE.ok;
    }
    if (performance.now() - begun > PATIENCE_MS) {
      output.problem({
        code: "projection_not_made",
        message: `${alias} of ${service} is not made after ${PATIENCE_MS / 1000} seconds`,
        hint: "start an instance of the service, which does the work; or look at how far it is",
        command: ["projections", "ls", service],
      });
      return EXIT_CODE.failure;
    }
    if (!await pause(LOOK_MS, signal)) return EXIT_CODE.failure;
  }
}

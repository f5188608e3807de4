import { isErr } from "../../../contracts/result.ts";
import { findWork } from "../../jobs/list_work.ts";
import type { OpenQueue } from "../../jobs/open_queue.ts";
import { bodyText } from "../../letters/body_text.ts";
import { type CommandContext, type ExplainedError, failed } from "../../program/command_context.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import { printable } from "../../terminal/printable.ts";
import { workFacts, workJson } from "../../view/jobs/jobs_view.ts";

/** Shows a job or an operation: how it stands, what it was given, and what it has said. */
export async function showWork(
  { id }: { readonly id: string },
  { box, letters, queue }: OpenQueue,
  context: CommandContext,
): Promise<ExitCode> {
  const found = (await findWork(box, letters, id)).take();
  if (isErr(found)) return failed(context, found.error);
  if (found === undefined) return failed(context, notFound(id, queue));
  const { view, body, isLetter } = found;
  const payload = body && bodyText(body);
  context.output.data(
    {
      ...workJson(view),
      deadLetter: isLetter,
      payload: payload?.text ?? null,
      payloadCut: payload?.cut ?? false,
    },
    () => {
      const { style } = context.terminal.out;
      const facts = workFacts(view);
      const width = Math.max(...facts.map(([name]) => name.length));
      const part = (title: string, lines: readonly string[]) =>
        lines.length === 0 ? [] : ["", style.bold(title), ...lines];
      return [
        ...facts.map(([name, text]) => `${style.dim(name.padEnd(width))}  ${printable(text)}`),
        ...part(
          "log",
          (view.logs ?? []).map(({ time, message }) => `${style.dim(time)}  ${printable(message)}`),
        ),
        ...part("result", view.result === undefined ? [] : [indented(view.result)]),
        ...part(
          queue.kind === "job" ? "payload" : "input",
          payload === undefined ? [] : [
            printable(payload.text, { lines: true }),
            ...(payload.cut ? [style.dim(`(the first part of ${body?.length} bytes)`)] : []),
          ],
        ),
      ].join("\n");
    },
  );
  return EXIT_CODE.ok;
}

/** What is said where nothing of an id is known. */
export function notFound(
  id: string,
  { deployment, kind, name }: OpenQueue["queue"],
): ExplainedError {
  return {
    code: "not_found",
    message: kind === "job"
      ? `"${id}" is no job of ${name} of ${deployment}, or is over and not kept`
      : `"${id}" is no ${name} of ${deployment}, or is over and not kept`,
    hint: "list them",
    command: [kind === "job" ? "jobs" : "operations", "ls", deployment, name],
  };
}

function indented(value: unknown): string {
  return printable(JSON.stringify(value, null, 2), { lines: true });
}

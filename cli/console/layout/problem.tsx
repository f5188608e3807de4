/** @jsxRuntime automatic */
/** @jsxImportSource preact */
import type { VNode } from "preact";
import type { ExplainedError } from "../../program/command_context.ts";
import { adviceText } from "../../program/command_text.ts";
import { EXIT_CODE } from "../../program/exit_code.ts";
import { exitCodeOf } from "../../program/error_code.ts";
import { printable } from "../../terminal/printable.ts";

/** What went wrong with something that a person did, and what to do. */
export function Problem({ error }: { readonly error: ExplainedError }): VNode {
  const advice = adviceText(error);
  return (
    <div class="notice problem" role="alert">
      <p>{printable(error.message)}</p>
      {advice !== undefined && <p>{printable(advice)}</p>}
    </div>
  );
}

/** The status of a page that shows an error. */
export function problemStatus({ code }: Pick<ExplainedError, "code">): 403 | 404 | 409 | 422 | 500 {
  if (code === "forbidden" || code === "trellis.permission.denied") return 403;
  switch (exitCodeOf(code)) {
    case EXIT_CODE.notFound:
      return 404;
    case EXIT_CODE.conflict:
      return 409;
    case EXIT_CODE.unreachable:
      return 500;
    default:
      return 422;
  }
}

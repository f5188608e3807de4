import {
  changeCatalogue,
  changeCodes,
  isChangeCode,
} from "../../../reconcile/changes/catalogue.ts";
import { closest } from "../../command_line/did_you_mean.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import { quote } from "../../command_line/quote.ts";
import { codesText, codeText } from "../../view/explain_view.ts";
import { type CommandContext, failed } from "../../program/command_context.ts";

/** Explains one code of a change, the codes that begin alike, or all of them. */
export function explainCode(
  { code }: { readonly code: string | undefined },
  context: CommandContext,
): ExitCode {
  const { output, terminal } = context;
  if (code !== undefined && isChangeCode(code)) {
    output.data({ code, ...changeCatalogue[code] }, () => codeText(code, terminal.out));
    return EXIT_CODE.ok;
  }
  const codes = code === undefined
    ? changeCodes
    : changeCodes.filter((known) => known.startsWith(`${code}.`));
  if (codes.length === 0) {
    const meant = closest(code ?? "", changeCodes);
    return failed(context, {
      code: "not_found",
      message: `there is no code ${quote(code ?? "")}`,
      ...(meant === undefined
        ? { hint: "all codes are listed by", command: ["explain"] }
        : { hint: `did you mean ${meant}?` }),
    });
  }
  output.data(
    codes.map((known) => ({ code: known, ...changeCatalogue[known] })),
    () => codesText(codes, terminal.out),
  );
  return EXIT_CODE.ok;
}

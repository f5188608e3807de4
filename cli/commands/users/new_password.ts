import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import { checkPassword } from "../../../reconcile/users/password_rule.ts";
import { type CommandContext, type ExplainedError, failed } from "../../program/command_context.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import { textOfStdin } from "../../program/input/given_text.ts";
import { unreadable } from "../../program/input/json_source.ts";
import { readHiddenLine } from "../../terminal/reading/hidden_line.ts";

/** How a password is given; never as a word of the command line, which everybody on the machine can read. */
export interface PasswordOptions {
  readonly passwordPrompt: boolean;
  readonly passwordStdin: boolean;
}

/** Runs a command with the password that its options ask for; undefined where they ask for none. */
export async function withNewPassword(
  options: PasswordOptions,
  context: CommandContext,
  run: (password: string | undefined) => Promise<ExitCode>,
): Promise<ExitCode> {
  const password = (await newPassword(options, context)).take();
  if (context.signal.aborted) return EXIT_CODE.interrupted;
  return isErr(password) ? failed(context, password.error) : await run(password);
}

async function newPassword(
  { passwordPrompt, passwordStdin }: PasswordOptions,
  context: CommandContext,
): Promise<Result<string | undefined, ExplainedError>> {
  if (passwordPrompt && passwordStdin) {
    return err(usage("a password comes from one place", "leave out one of the two options"));
  }
  if (!passwordPrompt && !passwordStdin) return ok(undefined);
  const given = (passwordPrompt ? await typedTwice(context) : await fromStdin()).take();
  if (isErr(given)) return given;
  const checked = checkPassword(given).take();
  return isErr(checked) ? checked : ok(given);
}

/** Whole but for the line break that `echo` puts at its end. */
async function fromStdin(): Promise<Result<string, ExplainedError>> {
  try {
    return ok((await textOfStdin()).replace(/\r?\n$/, ""));
  } catch (error) {
    return err(unreadable("standard input", error));
  }
}

async function typedTwice(context: CommandContext): Promise<Result<string, ExplainedError>> {
  const { canAsk, terminal, signal } = context;
  if (!canAsk) {
    return err(usage("nobody can be asked: this is no terminal", "use --password-stdin"));
  }
  const answers: string[] = [];
  for (const question of ["password, which is not shown:", "the same again:"]) {
    terminal.err.line(question);
    const answer = await readHiddenLine(signal);
    if (answer === undefined) {
      return err({ code: "interrupted", message: "no password was typed; nothing was changed" });
    }
    answers.push(answer);
  }
  const [first = "", second] = answers;
  return first === second
    ? ok(first)
    : err({ code: "usage", message: "the two are not the same; nothing was changed" });
}

function usage(message: string, hint: string): ExplainedError {
  return { code: "usage", message, hint };
}

import { type Candidate, candidates, type CompleteValue } from "./candidates.ts";
import { COMPLETE_WORD, type CompletionAsked } from "./complete_word.ts";

/** A suggestion as the library takes it. */
type Suggestion =
  | {
    readonly kind: "literal";
    readonly text: string;
    readonly description?: readonly { readonly type: "text"; readonly text: string }[];
  }
  | { readonly kind: "file"; readonly type: "file" | "directory" | "any" };

/**
 * The text that a shell wants on stdout, to be written as it is.
 *
 * ```ts ignore
 * const parsed = parseCommandLine(argv);
 * if (parsed.kind === "completion") stdout.write(await answerCompletion(parsed, lookUp));
 * ```
 */
export async function answerCompletion(
  asked: CompletionAsked,
  complete: CompleteValue,
): Promise<string> {
  // Loaded here, because no other command has a use for it and starting should be quick.
  const shells = await import("@optique/core/completion");
  const shell = shells[asked.shell];
  if (asked.words === undefined) {
    return shell.generateScript("trellis", [COMPLETE_WORD, shell.name]);
  }
  const found = await candidates(asked.words, complete);
  return [...shell.encodeSuggestions(found.map(suggestion))].join("");
}

function suggestion(candidate: Candidate): Suggestion {
  if (candidate.kind === "path") return { kind: "file", type: candidate.type };
  const { text, description } = candidate;
  return description === undefined
    ? { kind: "literal", text }
    : { kind: "literal", text, description: [{ type: "text", text: description }] };
}

import { StateError } from "../../contracts/errors/state_error.ts";
import { stateKeyProblem } from "../../contracts/stored/state_key_problem.ts";
import { quoted } from "../operation_context.ts";

/** Longest key that an error carries whole, in characters. */
const MOST_SHOWN = 100;

/** The error of a text that cannot be a key of a store; undefined when it can. */
export function stateKeyError(store: string, key: string): StateError | undefined {
  const problem = stateKeyProblem(key);
  if (problem === undefined) return undefined;
  return new StateError({
    reason: "invalid_key",
    message: `the key ${quoted(key)} of state.${store} ${problem}`,
    hint: "use a shorter text that is not empty; any character may be in it",
    store,
    key: key.isWellFormed() && key.length <= MOST_SHOWN ? key : undefined,
  });
}

import { AsyncValue } from "../../contracts/async_value.ts";
import { AsyncResult, type Result } from "../../contracts/result.ts";

/** An answer with the types of the declaration, which its values were checked against. */
export function checkedAnswer<Answer, Failure>(
  answer: Promise<Result<unknown, Failure>>,
): AsyncValue<Answer, Failure> {
  return new AsyncValue(new AsyncResult(answer as Promise<Result<Answer, Failure>>));
}

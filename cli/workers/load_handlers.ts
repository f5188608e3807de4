import { isRecord } from "../../contracts/json/json.ts";
import type { ServableHandlers } from "../../runtime/service/define_handlers.ts";

/** Loads a handlers file, by its URL; throws where it is none. */
export async function loadHandlers(url: string): Promise<ServableHandlers> {
  const module: { default?: unknown } = await import(url);
  const defined = module.default;
  if (isDefinedHandlers(defined)) return defined;
  throw new TypeError("the default export is not what defineHandlers(contract, …) gives");
}

function isDefinedHandlers(value: unknown): value is ServableHandlers {
  return isRecord(value) && isRecord(value.contract) && isRecord(value.handlers);
}

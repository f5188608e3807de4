import type { HungWork } from "../../runtime/work/hung_handlers.ts";
import type { RunningInstance } from "./running_instances.ts";

/** Handlers of a group, a queue or an operation that run on after their deadline, in all instances. */
export type Hung = Pick<HungWork, "handlers" | "since">;

/** How many run on, and since when; undefined: none that any instance tells of. */
export function hungOf(
  instances: readonly RunningInstance[],
  { deployment, kind, name }: Pick<HungWork, "kind" | "name"> & { readonly deployment: string },
): Hung | undefined {
  const told = instances.filter((instance) => instance.deployment === deployment)
    .flatMap(({ hung }) => hung.filter((one) => one.kind === kind && one.name === name));
  if (told.length === 0) return undefined;
  return {
    handlers: told.reduce((sum, { handlers }) => sum + handlers, 0),
    since: told.map(({ since }) => since).toSorted()[0]!,
  };
}

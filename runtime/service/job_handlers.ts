import { isRecord } from "../../contracts/json/json.ts";
import type { UntypedJobHandler } from "../jobs/handlers/run_job.ts";
import type { Migrations } from "../jobs/read_payload.ts";

/** Handlers of jobs of every type, kept in one place. */
export type AnyJobHandler = (received: never) => ReturnType<UntypedJobHandler>;

/** The handlers of the queues of a handlers file one by one: functions, or functions with migrations. */
export function jobHandlersOf(jobs: object = {}): readonly {
  readonly name: string;
  readonly handler: AnyJobHandler;
  readonly migrations: Migrations;
}[] {
  return Object.entries(jobs).map(([name, entry]: [string, unknown]) => {
    const { handle, migrate = {} } = isRecord(entry) ? entry : { handle: entry };
    const areMigrations = isRecord(migrate) &&
      Object.values(migrate).every((each) => typeof each === "function");
    if (typeof handle !== "function" || !areMigrations) {
      throw new TypeError(`the handler of the queue ${name} is no function`);
    }
    // `defineHandlers` ties each handler and migration to the queue of its name.
    return { name, handler: handle as AnyJobHandler, migrations: migrate as Migrations };
  });
}

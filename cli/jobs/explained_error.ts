import type { OperationError } from "../../contracts/errors/operation_error.ts";
import type { TransportError } from "../../contracts/errors/transport_error.ts";
import type { ValidationError } from "../../contracts/errors/validation_error.ts";
import type { JobError } from "../../runtime/jobs/job_error.ts";
import type { ExplainedError } from "../program/command_context.ts";
import type { Queue } from "./queues.ts";

/** What the runtime says of a job or an operation, as a command says it. */
export function explained(
  error: JobError | OperationError | TransportError | ValidationError,
  { deployment, name }: Pick<Queue, "deployment" | "name">,
): ExplainedError {
  switch (error.name) {
    case "ValidationError": {
      const { message, issues } = error;
      // The message has the first one.
      const others = issues.slice(1).map(({ path, message }) => `${path} ${message}`.trim());
      const hint = others.length === 0 ? undefined : `also: ${others.join("; ")}`;
      return { code: "invalid_value", message, hint };
    }
    case "JobError": {
      const { reason: code, message, id } = error;
      return code === "duplicate" && id !== undefined
        ? { code, message, hint: "look at it", command: ["jobs", "show", deployment, name, id] }
        : { code, message };
    }
    case "OperationError":
      return { code: error.reason, message: error.message };
    default:
      return error;
  }
}

import {
  argument,
  type CommandSpec,
  defineCommand,
  option,
  optionalArgument,
} from "../../command_line/command_spec.ts";
import { oneOf, path, text } from "../../command_line/value_type.ts";
import { deployments } from "../../completion/look_ups.ts";
import { EXPORT_FORMS } from "../../export/export_form.ts";

/** `trellis export`. */
export const exportCommand: CommandSpec = defineCommand({
  path: [
    "export",
    argument("form", oneOf("form", EXPORT_FORMS), "What to write"),
    optionalArgument("contract", path("contract", "any"), "Which contract (else all of --project)"),
  ],
  summary: "Describe contracts for other tools",
  details: "asyncapi: an AsyncAPI 3.0 document of RPCs, operations, feeds, events and queues. " +
    "openapi: an OpenAPI 3.1 document of the RPCs, for a gateway that offers them over HTTP; " +
    "Trellis itself does not. json-schema: all schemas, as JSON Schema 2020-12. The contract is the " +
    "id of one of the project, as orders-service@v1, or whatever `trellis contract diff` takes. The " +
    "same contracts give the same document.",
  options: {
    deployment: option(
      text("deployment", deployments),
      "What is accepted of a deployment, instead of a contract",
    ),
    out: option(path("file", "file"), "Write it to this file"),
  },
  example: "trellis export asyncapi orders-service@v1 --out asyncapi.json",
  run: async (values, context) =>
    (await import("./export_contracts.ts")).exportContracts(values, context),
});

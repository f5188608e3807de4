import { assertStringIncludes } from "@std/assert";
import { recordingTerminal } from "../terminal/recording_terminal.ts";
import { typeProblemsText } from "./type_problems_view.ts";

Deno.test("what is missing is named, however long the types are beside it", () => {
  const { terminal } = recordingTerminal({ columns: 500 });
  const type = `{ rpc: { ${"a".repeat(300)} } }`;
  const place = { file: "handlers/a.ts", line: 6, column: 41, code: "TS2345" };
  const said = (message: string) =>
    typeProblemsText(
      [{ ...place, message: `Argument of type '${type}'\n  ${message}` }],
      terminal.err,
    );
  assertStringIncludes(
    said(`Type '${type}' is missing the following properties from type '${type}': jobs, feeds`),
    "': jobs, feeds",
  );
  assertStringIncludes(
    said(`Property 'jobs' is missing in type '${type}' but required in type '${type}'.`),
    "but required in type '{ rpc: {",
  );
});

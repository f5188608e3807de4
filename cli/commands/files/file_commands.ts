import {
  argument,
  type CommandSpec,
  defineCommand,
  flag,
  option,
  optionalArgument,
} from "../../command_line/command_spec.ts";
import { json, path, text } from "../../command_line/value_type.ts";
import { receiveNames, sendNames } from "../../completion/look_ups.ts";
import { withCaller } from "../../program/with_connection.ts";
import { asOptions } from "../call/as_options.ts";

/** Commands that send files with operations, and fetch what is granted. */
export const fileCommands: readonly CommandSpec[] = [
  defineCommand({
    path: [
      "files",
      "send",
      argument("operation", text("Operation.Name", sendNames), "Declared name, as Report.Import"),
      argument("file", path("file|-", "file"), "What is sent; - for standard input"),
      optionalArgument("input", json(), "The input: JSON, or a file; {} when left out"),
    ],
    summary: "Start an operation with a file, and follow it to its end",
    details:
      "The key and the media type are those of the file's name where the input leaves them out. Interrupted by " +
      "whatever, the same command goes on with the same file: what has arrived is not sent again. How the operation " +
      "ends is the exit code.",
    options: asOptions("Send"),
    example: `trellis files send Documents.Upload a.pdf '{"name":"in/a.pdf"}'`,
    run: (values, context) =>
      withCaller(
        context,
        async (link) => (await import("./send_file.ts")).sendFile(values, link, context),
      ),
  }),
  defineCommand({
    path: [
      "files",
      "receive",
      argument(
        "name",
        text("Name", receiveNames),
        "An RPC or an operation whose answer grants files",
      ),
      optionalArgument(
        "input",
        json(),
        "The input: JSON, - for stdin, or a file; {} when left out",
      ),
    ],
    summary: "Call or start something, and fetch the file that its answer grants",
    details:
      "Standard output has the bytes and nothing else; a terminal is only given text. With --out a file appears as a " +
      "whole or not at all. Interrupted by whatever, the same command goes on where it was, as long as the service " +
      "has the same file. No name of a file comes from the service.",
    options: {
      out: option(path("file|-", "file"), "Write a file; - is standard output, whatever it is"),
      force: flag("Replace the file if it is there"),
      grant: option(text("pointer"), "Which of several grants in the answer is meant, as /files/0"),
      ...asOptions("Ask"),
    },
    example: `trellis files receive Documents.Download '{"name":"in/a.pdf"}' --out a.pdf`,
    run: (values, context) =>
      withCaller(
        context,
        async (link) => (await import("./receive_file.ts")).receiveFile(values, link, context),
      ),
  }),
];

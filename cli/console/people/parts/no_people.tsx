/** @jsxRuntime automatic */
/** @jsxImportSource preact */
import type { VNode } from "preact";
import { commandText } from "../../../program/command_text.ts";
import { Code, Empty } from "../../layout/parts.tsx";

/** What an open server says where people would be. */
export function NoPeople(): VNode {
  return (
    <>
      <Empty>
        This server lets in everybody and asks nobody who they are: it has no users, devices, agents
        or sessions, and enforces no grant. Grants can be prepared, and the audit is kept.
      </Empty>
      <p>
        The server that Trellis starts itself is a secured one. One of your own becomes so by the
        configuration that this prints:
      </p>
      <Code>{commandText(["infra", "config"])}</Code>
    </>
  );
}

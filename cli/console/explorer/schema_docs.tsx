/** @jsxRuntime automatic */
/** @jsxImportSource preact */
import type { VNode } from "preact";
import type { Schema } from "../../../contracts/schema/schema_parts.ts";
import { printable } from "../../terminal/printable.ts";
import { Table } from "../layout/parts.tsx";
import { declaredMembers, type SchemaMember } from "../layout/schema_members.ts";

/** What a schema says of the members of its values. */
export function SchemaDocs(
  { schema, caption }: { readonly schema: Schema; readonly caption: string },
): VNode {
  const members = declaredMembers(schema);
  const about = ({ title, description }: SchemaMember) => description ?? title ?? "";
  return (
    <Table
      caption={caption}
      rows={members}
      keyOf={({ path }) => path}
      empty="It has no members."
      columns={[
        {
          heading: "Member",
          cell: ({ path }) => <code>{printable(path === "" ? "the whole value" : path)}</code>,
        },
        {
          heading: "Type",
          cell: ({ type = "any", isRequired }) =>
            `${printable(type)}${isRequired ? "" : ", optional"}`,
        },
        ...(members.some((member) => about(member) !== "")
          ? [{ heading: "About", cell: (member: SchemaMember) => printable(about(member)) }]
          : []),
      ]}
    />
  );
}

/** How a person calls this program inside a project, for hints that can be copied. */
export const COMMAND = "deno task trellis";
